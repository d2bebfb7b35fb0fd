import type { ConnectionOptions } from 'node:tls';

/** Why a connection failed, in words; undefined where its code says nothing of its own. */
export function reasonOfFailure(
  failure: { readonly code?: string | undefined; readonly message: string },
  isTls: boolean,
): string | undefined;

/** Whether the code of a failure says no more than that the server has closed the connection, or does not go on with it. */
export function tellsNothing(code: string | undefined): boolean;

/**
 * Looks why a server has closed a connection before it said anything: it has as many clients as it takes, it speaks TLS, or it
 * does not. It listens to the server for half a second, and then for another one, on connections of its own.
 *
 * @param secure how it was connected with TLS; undefined for without
 * @param code of the failure; undefined where there was none
 * @returns undefined where nothing was found, or the failure is of another kind
 */
export function whyClosed(
  place: { host: string; port: number } | { path: string },
  secure: ConnectionOptions | undefined,
  code: string | undefined,
): Promise<string | undefined>;
