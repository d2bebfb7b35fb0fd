/*
 * What the console's server and its page say to each other: types alone, without any framework, so that both sides (and
 * anybody else's client) import the same. Each endpoint is described where its answer is.
 *
 * In general
 * - The API is below `/api`, JSON both ways, UTF-8. `GET /api` is its OpenAPI page, `GET /api-json` the document.
 *   Every other path is the page's: files of `apps/console/dist/web` (Vite's outDir), with hashed names below `/assets/`
 *   (kept for ever by browsers), and `index.html` (`no-store`) for every path that is no file.
 * - A proxy may put all of it below a path of its own. So the page is served with the way to the root in it, relative to the
 *   page's address: `<meta name="console-base" content="../">`; its `src` and `href` begin with that, and so must addresses
 *   of the API: `new URL('api/session', new URL(content, location.href))`, from where the page was loaded.
 * - Answers of more than 1 KiB are compressed for whoever accepts `br` or `gzip`; the live feed is not.
 * - Times are milliseconds since 1970 by the clock of Redis, which entry ids are made from; durations are `…Ms`.
 * - Streams are named without prefix (`orders`), as in the library. Names go into paths by `encodeURIComponent`.
 * - Whatever comes out of an event is data, never markup: show it as text.
 * - Reading is by GET and changes nothing, in Redis neither. What changes something is a POST, with `Content-Type:
 *   application/json`, the header `X-Console-Token` (see `session.ts`) and from a page of the console itself.
 *
 * Errors are answered with `ApiProblem` and one of these codes:
 * 400 a parameter or body is not what it must be; 401 the user must log in (HTTP Basic; browsers ask by themselves);
 * 403 from another site, without or with a wrong token, the console is read-only, or the user is a viewer (`forbidden`); 404 there is no such thing;
 * 409 it was there, and somebody was quicker; 413 the body is larger than 1 MiB; 415 it is no JSON; 421 wrong Host header;
 * 429 too many requests from one address, or too many log-ins have failed (`locked`; ask again after `Retry-After` seconds);
 * 501 these streams have partitions, of which this is not shown; 502 a service of the shop does not answer, or does not take
 * this console for an operator; 503 Redis is away (ask again after `Retry-After` seconds, or wait for the
 * live feed to say that it is back).
 */

/** The header that carries the session's token with each request that changes something. */
export const TOKEN_HEADER = 'X-Console-Token';

/** The body of every answer that is none of success. */
export interface ApiProblem {
  statusCode: number;
  /** What kind, for programs. */
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
  /** One sentence for people: what was expected, what came, what to do. */
  message: string;
  /** More of the kind, such as one line for each wrong field. */
  details?: string[];
}

/** How well something is: `unknown` where nothing tells. */
export type Health = 'good' | 'warning' | 'critical' | 'unknown';
