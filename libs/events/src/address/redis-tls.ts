import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { RedisAddressError, type RedisAddress, type RedisTls } from './redis-address.js';
import { givenOf, type Environment } from './setting-files.js';

/** Files (PEM) for a connection with TLS. */
export interface RedisTlsFiles {
  /** The certificates of the authorities that are trusted. @default those of Node.js */
  readonly caFile?: string | undefined;
  /** The client's certificate, for a server that wants one; with `keyFile`. */
  readonly certFile?: string | undefined;
  /** The key of the client's certificate; with `certFile`. */
  readonly keyFile?: string | undefined;
}

/** The variables of the environment that name the files. */
export const REDIS_TLS_VARIABLES: Readonly<Record<keyof RedisTlsFiles, string>> = {
  caFile: 'REDIS_TLS_CA_FILE',
  certFile: 'REDIS_TLS_CERT_FILE',
  keyFile: 'REDIS_TLS_KEY_FILE',
};

const OPTIONS = ['caFile', 'certFile', 'keyFile'] as const;

/** The files that the environment names; a variable that is set to nothing counts as not set. */
export function tlsFilesOf(environment: Environment): RedisTlsFiles {
  return Object.fromEntries(
    Object.entries(REDIS_TLS_VARIABLES).flatMap(([option, variable]) => {
      const file = givenOf(environment, variable);
      return file === undefined ? [] : [[option, file]];
    }),
  );
}

/**
 * Reads the files, and sees that they can be used.
 *
 * @param names what messages call them. @default the variables of the environment
 * @throws RedisAddressError where one cannot be read or used, or does not fit the address
 */
export function readTlsFiles(
  address: Pick<RedisAddress, 'tls'>,
  files: RedisTlsFiles,
  names: Readonly<Record<keyof RedisTlsFiles, string>> = REDIS_TLS_VARIABLES,
): RedisTls {
  const { caFile, certFile, keyFile } = files;
  const first = OPTIONS.find((option) => files[option] !== undefined);
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

function contentOf(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new RedisAddressError('tls', `${name}, ${file}, cannot be read (${code})`);
  }
}

function check(name: string, options: SecureContextOptions & { ca?: string }): void {
  // Node.js takes a file without a certificate without an error, and then trusts no server.
  if (options.ca?.includes('-----BEGIN CERTIFICATE-----') === false) {
    throw new RedisAddressError('tls', `${name} holds no certificate in PEM`);
  }
  try {
    createSecureContext(options);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new RedisAddressError('tls', `${name} cannot be used (${code})`);
  }
}
