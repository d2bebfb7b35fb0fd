import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { RedisAddressError } from './redis-address.mjs';

/** @type {typeof import('./redis-tls.mjs').REDIS_TLS_VARIABLES} */
export const REDIS_TLS_VARIABLES = {
  caFile: 'REDIS_TLS_CA_FILE',
  certFile: 'REDIS_TLS_CERT_FILE',
  keyFile: 'REDIS_TLS_KEY_FILE',
};

/** @type {typeof import('./redis-tls.mjs').tlsFilesOf} */
export function tlsFilesOf(environment) {
  return Object.fromEntries(
    Object.entries(REDIS_TLS_VARIABLES).flatMap(([option, variable]) => {
      const file = environment[variable];
      return file === undefined || file === '' ? [] : [[option, file]];
    }),
  );
}

/** @type {typeof import('./redis-tls.mjs').readTlsFiles} */
export function readTlsFiles(address, files, names = REDIS_TLS_VARIABLES) {
  const { caFile, certFile, keyFile } = files;
  const [first] = /** @type {(keyof typeof files)[]} */ (Object.keys(names)).filter(
    (option) => files[option] !== undefined,
  );
  if (first === undefined) return {};
  if (!address.tls) {
    throw new RedisAddressError('tls', `${names[first]} is set, and the address is not one of TLS: write rediss://`);
  }
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new RedisAddressError('tls', `${names.certFile} and ${names.keyFile} go together, and one is missing`);
  }
  const tls = {
    ...(caFile === undefined ? {} : { ca: contentOf(names.caFile, caFile) }),
    ...(certFile === undefined ? {} : { cert: contentOf(names.certFile, certFile) }),
    ...(keyFile === undefined ? {} : { key: contentOf(names.keyFile, keyFile) }),
  };
  if (tls.ca !== undefined) check(names.caFile, { ca: tls.ca });
  if (tls.cert !== undefined) check(names.certFile, { cert: tls.cert });
  if (tls.key !== undefined) check(names.keyFile, { cert: tls.cert, key: tls.key });
  return tls;
}

/**
 * @param {string} name
 * @param {string} file
 */
function contentOf(name, file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new RedisAddressError('tls', `${name}, ${file}, cannot be read (${code})`);
  }
}

/**
 * @param {string} name
 * @param {import('node:tls').SecureContextOptions} options
 */
function check(name, options) {
  // A file of something else is no error to Node.js: it would trust nobody.
  if (options.ca !== undefined && !String(options.ca).includes('-----BEGIN CERTIFICATE-----')) {
    throw new RedisAddressError('tls', `${name} holds no certificate in PEM`);
  }
  try {
    createSecureContext(options);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new RedisAddressError('tls', `${name} cannot be used (${code})`);
  }
}
