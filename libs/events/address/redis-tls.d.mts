import type { RedisAddress, RedisTls } from './redis-address.mjs';

/** Files (PEM) for a connection with TLS. */
export interface RedisTlsFiles {
  /** The certificates of the authorities that are trusted. @default those of Node.js */
  readonly caFile?: string | undefined;
  /** The client's certificate, for a server that wants one; with `keyFile`. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

/** The variables of the environment that name the files. */
export const REDIS_TLS_VARIABLES: Readonly<Record<keyof RedisTlsFiles, string>>;

/** The files that the environment names; a variable that is set to nothing counts as not set. */
export function tlsFilesOf(environment: Readonly<Record<string, unknown>>): RedisTlsFiles;

/**
 * Reads the files, and sees that they can be used.
 *
 * @param names what messages call them. @default the variables of the environment
 * @throws RedisAddressError where one cannot be read or used, or does not fit the address
 */
export function readTlsFiles(
  address: Pick<RedisAddress, 'tls'>,
  files: RedisTlsFiles,
  names?: Readonly<Record<keyof RedisTlsFiles, string>>,
): RedisTls;
