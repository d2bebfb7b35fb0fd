import { deepJson, HOSTILE_TEXTS, wideJson, withWrongLeaf } from './broken-json.js';
import {
  APPS,
  CHANGE_ROUTES,
  JSON_BODY,
  OPERATOR_ROUTES,
  post,
  randomChangeRoute,
  randomReadPath,
  readPathsOf,
  requestBytes,
  type RawRequest,
} from './raw-requests.js';
import type { Random } from '../trial/random.js';
import { weighted } from './weighted.js';

/** A request that an app must reject. */
export interface HostileRequest extends RawRequest {
  readonly kind: string;
  /** Whether an app may accept it, such as a strange request that only reads. */
  readonly mayBeServed: boolean;
  /** Whether the rest of the request is never sent. */
  readonly isUnfinished: boolean;
}

/** What hostile requests are made from. */
export interface RequestContext {
  /** A valid body of `POST /orders`. */
  readonly order: unknown;
  /** The token of the console's session. */
  readonly consoleToken: string;
}

/** A kind of hostile request. */
export interface RequestKind {
  readonly name: string;
  /** How often it is chosen, relative to the other kinds. */
  readonly weight: number;
  /** @default false */
  readonly mayBeServed?: boolean;
  /** @default false */
  readonly isUnfinished?: boolean;
  readonly make: (random: Random, context: RequestContext) => RawRequest;
}

export const REQUEST_KINDS: readonly RequestKind[] = [
  {
    name: 'an order with a value of the wrong type',
    weight: 30,
    make: (random, { order }) => post('order', '/orders', JSON.stringify(withWrongLeaf(random, order))),
  },
  {
    name: 'an order with a number out of range',
    weight: 15,
    make: (random, { order }) => {
      const value = random.one(['-1', '0', '1.5', '1e200', '1e999', '9007199254740993', 'null', '-0']);
      return post('order', '/orders', JSON.stringify(order).replace(/"quantity":\d+/, `"quantity":${value}`));
    },
  },
  {
    name: 'an order with a wrong price',
    weight: 10,
    make: (random, { order }) =>
      post('order', '/orders', JSON.stringify(order).replace(/"unit_price":\d+/, `"unit_price":${String(random.whole(0, 9))}`)), // prettier-ignore
  },
  {
    name: 'a body that is not JSON',
    weight: 15,
    make: (random, { order }) => {
      const text = JSON.stringify(order);
      const body = random.one([
        text.slice(0, random.whole(1, text.length - 1)),
        'null',
        '[]',
        '1',
        '""',
        '{',
        '\u0000',
      ]);
      return post(...randomChangeRoute(random), body);
    },
  },
  {
    name: 'a body of random bytes',
    weight: 10,
    make: (random) => post(...randomChangeRoute(random), random.bytes(500)),
  },
  {
    name: 'a body that is too deep, too wide or too long',
    weight: 5,
    make: (random) => {
      const body = random.one([
        () => deepJson(random.whole(100, 20_000), true),
        () => wideJson(random.whole(1000, 30_000)),
        () => JSON.stringify({ items: Array.from({ length: random.whole(1000, 30_000) }, () => ({})) }),
        () => `"${'x'.repeat(random.whole(2 ** 17, 2 ** 21))}"`,
      ])();
      return post(...randomChangeRoute(random), body);
    },
  },
  {
    name: 'a property that pollutes a prototype',
    weight: 8,
    make: (random, { order }) => {
      const rest = JSON.stringify(withWrongLeaf(random, order)).slice(1);
      return post(
        ...randomChangeRoute(random),
        `{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}},${rest}`,
      );
    },
  },
  {
    name: 'a form of another site',
    weight: 10,
    make: (random) => {
      const [app, path] = random.one([...CHANGE_ROUTES, ...OPERATOR_ROUTES]);
      const type = random.one(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']);
      const from = ['Origin: https://evil.example', 'Sec-Fetch-Site: cross-site', `Content-Type: ${type}`];
      return { app: String(app), bytes: requestBytes('POST', String(path), from, '{}') };
    },
  },
  {
    name: 'a wrong Host header',
    weight: 10,
    make: (random) => {
      const app = random.one(APPS);
      const host = random.one(['evil.example', 'localhost.evil.example', '127.0.0.1@evil.example', '', 'a b', '[::1']);
      return { app, bytes: requestBytes('GET', randomReadPath(random, app), [`Host: ${host}`]) };
    },
  },
  {
    name: 'an operator request without a valid token',
    weight: 10,
    make: (random) => {
      const [app, path] = random.one(OPERATOR_ROUTES);
      const shown = random.one([[], ['Authorization: Bearer'], ['Authorization: Bearer wrong'], ['Authorization: Basic YTpi'], [`Authorization: Bearer ${'x'.repeat(5000)}`]]); // prettier-ignore
      return post(String(app), String(path), '{}', shown);
    },
  },
  {
    name: 'a change in the console without the session token',
    weight: 5,
    make: (random) => {
      const [app, path] = random.one(CHANGE_ROUTES.filter(([each]) => each === 'console'));
      return { app: String(app), bytes: requestBytes('POST', String(path), [random.one(['X-Console-Token: wrong', 'X-Console-Token:', 'A: b']), JSON_BODY], '{}') }; // prettier-ignore
    },
  },
  {
    name: 'an invalid Idempotency-Key',
    weight: 5,
    make: (random, { order }) => {
      const key = random.one(['', ' ', 'a b', 'x'.repeat(300), '\u00e9'.repeat(20), 'a\tb']);
      // The order is wrong, too: whether a valid order was placed could not be known.
      return post('order', '/orders', JSON.stringify(withWrongLeaf(random, order)), [`Idempotency-Key: ${key}`]);
    },
  },
  {
    name: 'an invalid path',
    weight: 20,
    mayBeServed: true, // the console serves its page for every path outside its API
    make: (random) => {
      const app = random.one(APPS);
      const end = random.one(['%00', '%ff%fe', '..%2f..%2fetc%2fpasswd', '%E2%80%AE', '/'.repeat(100), 'x'.repeat(4000), '%25', '%', encodeURIComponent(random.one(HOSTILE_TEXTS).replace(/[\ud800-\udfff]/g, ''))]); // prettier-ignore
      return { app, bytes: requestBytes('GET', `${random.one([...readPathsOf(app), ''])}/${end}`) };
    },
  },
  {
    name: 'an invalid query',
    weight: 20,
    mayBeServed: true,
    make: (random) => {
      const app = random.one(APPS);
      const name = random.one([
        'currency',
        'cursor',
        'from',
        'to',
        'limit',
        'count',
        'search',
        'since',
        'group',
        '__proto__',
        'a[b][c]',
        'q',
      ]);
      const value = random.one(['-1', '1e999', 'NaN', '%00', '0-0', '99999999999999999999-1', '%F0%9F', '[]', '.*'.repeat(50), '(a+)+$', 'x'.repeat(3000), '-', '+', encodeURIComponent('<script>')]); // prettier-ignore
      return { app, bytes: requestBytes('GET', `${random.one(readPathsOf(app))}?${name}=${value}&${name}=${value}`) };
    },
  },
  {
    name: 'an invalid method',
    weight: 8,
    make: (random) => {
      const app = random.one(APPS);
      return { app, bytes: requestBytes(random.one(['PUT', 'DELETE', 'PATCH', 'TRACE', 'CONNECT', 'PROPFIND', 'get', 'X'.repeat(100)]), random.one(readPathsOf(app))) }; // prettier-ignore
    },
  },
  {
    name: 'bytes that are not HTTP',
    weight: 8,
    make: (random) => ({ app: random.one(APPS), bytes: Buffer.concat([Buffer.from([0x16, 0x03, 0x01]), random.bytes(300), Buffer.from('\r\n\r\n')]) }), // prettier-ignore
  },
  {
    name: 'two lengths, or a length and chunks',
    weight: 5,
    make: (random) => {
      const lengths = random.one([['Content-Length: 2', 'Content-Length: 5'], ['Content-Length: 2', 'Transfer-Encoding: chunked'], ['Content-Length: -1'], ['Transfer-Encoding: chunked, x']]); // prettier-ignore
      const head = ['POST /orders HTTP/1.1', 'Host: localhost', JSON_BODY, ...lengths, 'Connection: close'];
      return { app: 'order', bytes: `${head.join('\r\n')}\r\n\r\n{}\r\n\r\n` };
    },
  },
  {
    name: 'headers that are too large',
    weight: 4,
    make: (random) => {
      const many = random.one([['Cookie: '.concat('x'.repeat(50_000))], Array.from({ length: 3000 }, (_, index) => `X-${String(index)}: ${'y'.repeat(20)}`)]); // prettier-ignore
      return { app: random.one(APPS), bytes: requestBytes('GET', '/health', many) };
    },
  },
  {
    name: 'an unfinished request',
    weight: 3,
    isUnfinished: true,
    make: (random) => ({
      app: random.one(APPS),
      bytes: random.one(['', 'GET /he', 'POST /orders HTTP/1.1\r\nHost: localhost\r\n', `POST /orders HTTP/1.1\r\nHost: localhost\r\n${JSON_BODY}\r\nContent-Length: 5000\r\n\r\n{"a":`]), // prettier-ignore
    }),
  },
  {
    name: 'an invalid change in the console, with the session token',
    weight: 10,
    make: (random, { consoleToken }) => {
      const [app, path] = random.one(CHANGE_ROUTES.filter(([each]) => each === 'console'));
      const body = random.one(['{}', '{"rate":-1}', '{"running":"maybe"}', '{"action":"destroy","ids":[]}', '{"deadLetters":[{"stream":"../x","id":"x"}]}', '{"declineShare":7}', deepJson(90, true)]); // prettier-ignore
      return { app: String(app), bytes: requestBytes('POST', String(path), [`X-Console-Token: ${consoleToken}`, JSON_BODY], body) }; // prettier-ignore
    },
  },
];

/** Returns a function that makes a hostile request on each call: the same ones for the same seed. */
export function createRequests(random: Random, context: RequestContext): () => HostileRequest {
  const pick = weighted(random, REQUEST_KINDS);
  return () => {
    const { name, make, mayBeServed = false, isUnfinished = false } = pick();
    return { kind: name, mayBeServed, isUnfinished, ...make(random, context) };
  };
}
