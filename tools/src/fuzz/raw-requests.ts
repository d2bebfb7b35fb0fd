import type { Random } from '../trial/random.js';

/** A request as bytes, because an HTTP client would refuse to send many of these. */
export interface RawRequest {
  /** The title of the app that gets it. */
  readonly app: string;
  readonly bytes: string | Buffer;
}

/** The titles of the apps. */
export const APPS = ['order', 'payment', 'inventory', 'shipping', 'processor', 'console'];
const READ_PATHS = {
  order: ['/catalogue', '/orders', '/simulation', '/health', '/metrics'],
  payment: ['/gateway', '/health'],
  inventory: ['/health', '/stock'],
  shipping: ['/health', '/metrics'],
  processor: ['/orders', '/summary', '/health'],
  console: ['/api/overview', '/api/series', '/api/journeys', '/api/streams', '/api/streams/orders/entries', '/api/dead-letters', '/api/dead-letters/causes', '/api/dead-letters/history', '/api/shop'], // prettier-ignore
};
/** Routes that change something without the operators' token: an app and a path. */
export const CHANGE_ROUTES = [
  ['order', '/orders'],
  ['console', '/api/shop/orders'],
  ['console', '/api/shop/simulation'],
  ['console', '/api/shop/gateway'],
  ['console', '/api/dead-letters/act'],
  ['console', '/api/dead-letters/preview'],
];
/** Routes that need the operators' token: an app and a path. */
export const OPERATOR_ROUTES = [
  ['order', '/simulation/start'],
  ['order', '/simulation/stop'],
  ['payment', '/gateway'],
];

export const JSON_BODY = 'Content-Type: application/json';

/** A POST with a JSON body. */
export function post(app: string, path: string, body: string | Buffer, headers: readonly string[] = []): RawRequest {
  return { app, bytes: requestBytes('POST', path, [...headers, JSON_BODY], body) };
}

/** The bytes of an HTTP/1.1 request. @param headers lines such as `Host: localhost`, which is the default */
export function requestBytes(method: string, path: string, headers: readonly string[] = [], body?: string | Buffer) {
  const host = headers.some((header) => header.startsWith('Host:')) ? [] : ['Host: localhost'];
  const length = body === undefined ? [] : [`Content-Length: ${String(Buffer.byteLength(body))}`];
  const head = [`${method} ${path} HTTP/1.1`, ...host, ...headers, ...length, 'Connection: close', '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head), Buffer.from(body ?? '')]);
}

/** A route of {@link CHANGE_ROUTES}. */
export function randomChangeRoute(random: Random): [app: string, path: string] {
  const [app, path] = random.one(CHANGE_ROUTES);
  return [String(app), String(path)];
}

/** The paths of an app that answer to GET. */
export function readPathsOf(app: string) {
  return (READ_PATHS as Readonly<Record<string, readonly string[]>>)[app] ?? ['/health'];
}

/** A path of an app, but not /health, which answers under every host name. */
export function randomReadPath(random: Random, app: string) {
  return random.one(readPathsOf(app).filter((path) => path !== '/health'));
}
