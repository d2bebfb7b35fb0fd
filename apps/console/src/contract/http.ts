/*
 * The contract between the console's server and its page: only types, without any framework, so that both sides (and other clients) import
 * the same. Each endpoint is described at the type of its answer.
 *
 * In general
 * - The API is below `/api`, JSON both ways, UTF-8. `GET /api` is its OpenAPI page, `GET /api-json` the document.
 *   Every other path is the page's: files of `apps/console/dist/web` (Vite's outDir), with hashed names below `/assets/`
 *   (cached for ever by browsers), and `index.html` (`no-store`) for every path that is not a file.
 * - A proxy may serve all of it below a path. So the page contains the path to the root, relative to the
 *   page's address: `<meta name="console-base" content="../">`; its `src` and `href` begin with that, and so must addresses
 *   of the API: `new URL('api/session', new URL(content, location.href))`, from where the page was loaded.
 * - Answers of more than 1 KiB are compressed for clients that accept `br` or `gzip`; the live feed is not.
 * - Times are milliseconds since 1970 by the clock of Redis, which entry ids are made from; durations are `…Ms`.
 * - Streams are named without prefix (`orders`), as in the library. Names go into paths by `encodeURIComponent`.
 * - All content of an event is data, never markup: show it as text.
 * - A GET changes nothing, not even in Redis. A change is a POST, with `Content-Type:
 *   application/json`, the header `X-Console-Token` (see `session.ts`) and from a page of the console itself.
 *
 * Errors are answered with `ApiProblem` and one of these codes:
 * 400 a parameter or the body is invalid; 401 the user must log in (HTTP Basic; browsers ask for it);
 * 403 from another site, without or with a wrong token, the console is read-only, or the user is a viewer (`forbidden`); 404 it does not exist;
 * 409 it was replayed or discarded meanwhile; 413 the body is larger than 1 MiB; 415 it is not JSON; 421 wrong Host header;
 * 429 too many requests from one address, or too many log-ins have failed (`locked`; ask again after `Retry-After` seconds);
 * 501 not available for streams with partitions; 502 a service of the shop does not answer, or does not accept
 * this console as an operator; 503 Redis is unavailable (try again after `Retry-After` seconds, or when the live feed reports that
 * Redis is available again).
 */

/** The header that carries the session's token with each request that changes something. */
export const TOKEN_HEADER = 'X-Console-Token';

/** The body of every error answer. */
export interface ApiProblem {
  statusCode: number;
  /** The kind of error, for programs. */
  code:
    | 'invalid'
    | 'unauthorized'
    | 'cross-site'
    | 'bad-token'
    | 'read-only'
    | 'forbidden'
    | 'not-found'
    | 'gone'
    | 'parked'
    | 'too-large'
    | 'too-much'
    | 'wrong-host'
    | 'partitioned'
    | 'service-away'
    | 'not-operator'
    | 'redis-away'
    | 'busy'
    | 'locked'
    | 'failed';
  /** One sentence for people: what was expected, what was received, what to do. */
  message: string;
  /** Details, such as one line for each invalid field. */
  details?: string[];
}

/** The health of something; `unknown` if there is no information. */
export type Health = 'good' | 'warning' | 'critical' | 'unknown';
