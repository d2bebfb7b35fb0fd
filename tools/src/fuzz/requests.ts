import { deepJson, HOSTILE_TEXTS, wideJson, withWrongLeaf } from './broken-json.js';
import type { Random } from '../trial/random.js';
import { weighted } from './weighted.js';

/** A request as its bytes, since clients refuse to send many of these. */
export interface HostileRequest {
  readonly kind: string;
  /** The title of the app that it goes to. */
  readonly app: string;
  readonly bytes: string | Buffer;
  /** A reader's request, which an app may well answer. */
  readonly mayBeServed: boolean;
  /** More of it never comes. */
  readonly isUnfinished: boolean;
}

export interface Known {
  /** A right body of `POST /orders`. */
  readonly order: unknown;
  /** The token of the console's session. */
  readonly consoleToken: string;
}

export type Made = Pick<HostileRequest, 'app' | 'bytes'>;

export interface RequestKind {
  readonly name: string;
  readonly weight: number;
  readonly mayBeServed?: boolean;
  readonly isUnfinished?: boolean;
  readonly make: (random: Random, known: Known) => Made;
}

const APPS = ['order', 'payment', 'inventory', 'shipping', 'processor', 'console'];
const READ = {
  order: ['/catalogue', '/orders', '/simulation', '/health', '/metrics'],
  payment: ['/gateway', '/health'],
  inventory: ['/health', '/stock'],
  shipping: ['/health'],
  processor: ['/orders', '/summary', '/health'],
  console: ['/api/overview', '/api/series', '/api/journeys', '/api/streams', '/api/streams/orders/entries', '/api/dead-letters', '/api/dead-letters/causes', '/api/dead-letters/history', '/api/shop'], // prettier-ignore
};
const CHANGES = [
  ['order', '/orders'],
  ['console', '/api/shop/orders'],
  ['console', '/api/shop/simulation'],
  ['console', '/api/shop/gateway'],
  ['console', '/api/dead-letters/act'],
  ['console', '/api/dead-letters/preview'],
];
/** What only an operator may do, who shows a token. */
const OPERATED = [
  ['order', '/simulation/start'],
  ['order', '/simulation/stop'],
  ['payment', '/gateway'],
];

export const REQUEST_KINDS: readonly RequestKind[] = [
  {
    name: 'an order with a value of the wrong type',
    weight: 30,
    make: (random, { order }) => post('order', '/orders', JSON.stringify(withWrongLeaf(random, order))),
  },
  {
    name: 'an order with a value that cannot be',
    weight: 15,
    make: (random, { order }) => {
      const value = random.one(['-1', '0', '1.5', '1e200', '1e999', '9007199254740993', 'null', '-0']);
      return post('order', '/orders', JSON.stringify(order).replace(/"quantity":\d+/, `"quantity":${value}`));
    },
  },
  {
    name: 'an order at a price of its own',
    weight: 10,
    make: (random, { order }) =>
      post('order', '/orders', JSON.stringify(order).replace(/"unit_price":\d+/, `"unit_price":${String(random.whole(0, 9))}`)), // prettier-ignore
  },
  {
    name: 'a body that is no JSON',
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
      return post(...changed(random), body);
    },
  },
  {
    name: 'a body of random bytes',
    weight: 10,
    make: (random) => post(...changed(random), random.bytes(500)),
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
      return post(...changed(random), body);
    },
  },
  {
    name: 'prototypes',
    weight: 8,
    make: (random, { order }) => {
      const rest = JSON.stringify(withWrongLeaf(random, order)).slice(1);
      return post(
        ...changed(random),
        `{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}},${rest}`,
      );
    },
  },
  {
    name: 'a form of another site',
    weight: 10,
    make: (random) => {
      const [app, path] = random.one([...CHANGES, ...OPERATED]);
      const type = random.one(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']);
      const from = ['Origin: https://evil.example', 'Sec-Fetch-Site: cross-site', `Content-Type: ${type}`];
      return { app: String(app), bytes: request('POST', String(path), from, '{}') };
    },
  },
  {
    name: 'under the name of another host',
    weight: 10,
    make: (random) => {
      const app = random.one(APPS);
      const host = random.one(['evil.example', 'localhost.evil.example', '127.0.0.1@evil.example', '', 'a b', '[::1']);
      return { app, bytes: request('GET', readPath(random, app), [`Host: ${host}`]) };
    },
  },
  {
    name: 'an operator without a token, or with a wrong one',
    weight: 10,
    make: (random) => {
      const [app, path] = random.one(OPERATED);
      const shown = random.one([[], ['Authorization: Bearer'], ['Authorization: Bearer wrong'], ['Authorization: Basic YTpi'], [`Authorization: Bearer ${'x'.repeat(5000)}`]]); // prettier-ignore
      return post(String(app), String(path), '{}', shown);
    },
  },
  {
    name: 'a change in the console without the token of its session',
    weight: 5,
    make: (random) => {
      const [app, path] = random.one(CHANGES.filter(([each]) => each === 'console'));
      return { app: String(app), bytes: request('POST', String(path), [random.one(['X-Console-Token: wrong', 'X-Console-Token:', 'A: b']), JSON_BODY], '{}') }; // prettier-ignore
    },
  },
  {
    name: 'a key that cannot be one',
    weight: 5,
    make: (random, { order }) => {
      const key = random.one(['', ' ', 'a b', 'x'.repeat(300), '\u00e9'.repeat(20), 'a\tb']);
      // An order that is wrong, too: no client could tell what came of a right one.
      return post('order', '/orders', JSON.stringify(withWrongLeaf(random, order)), [`Idempotency-Key: ${key}`]);
    },
  },
  {
    name: 'a path that is none',
    weight: 20,
    mayBeServed: true, // the console's page answers every path that is none of its API
    make: (random) => {
      const app = random.one(APPS);
      const end = random.one(['%00', '%ff%fe', '..%2f..%2fetc%2fpasswd', '%E2%80%AE', '/'.repeat(100), 'x'.repeat(4000), '%25', '%', encodeURIComponent(random.one(HOSTILE_TEXTS).replace(/[\ud800-\udfff]/g, ''))]); // prettier-ignore
      return { app, bytes: request('GET', `${random.one([...reads(app), ''])}/${end}`) };
    },
  },
  {
    name: 'a query that is none',
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
      return { app, bytes: request('GET', `${random.one(reads(app))}?${name}=${value}&${name}=${value}`) };
    },
  },
  {
    name: 'a method that is none',
    weight: 8,
    make: (random) => {
      const app = random.one(APPS);
      return { app, bytes: request(random.one(['PUT', 'DELETE', 'PATCH', 'TRACE', 'CONNECT', 'PROPFIND', 'get', 'X'.repeat(100)]), random.one(reads(app))) }; // prettier-ignore
    },
  },
  {
    name: 'no HTTP',
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
    name: 'headers beyond all bounds',
    weight: 4,
    make: (random) => {
      const many = random.one([['Cookie: '.concat('x'.repeat(50_000))], Array.from({ length: 3000 }, (_, index) => `X-${String(index)}: ${'y'.repeat(20)}`)]); // prettier-ignore
      return { app: random.one(APPS), bytes: request('GET', '/health', many) };
    },
  },
  {
    name: 'half a request',
    weight: 3,
    isUnfinished: true,
    make: (random) => ({
      app: random.one(APPS),
      bytes: random.one(['', 'GET /he', 'POST /orders HTTP/1.1\r\nHost: localhost\r\n', `POST /orders HTTP/1.1\r\nHost: localhost\r\n${JSON_BODY}\r\nContent-Length: 5000\r\n\r\n{"a":`]), // prettier-ignore
    }),
  },
  {
    name: 'nonsense by who may change something',
    weight: 10,
    make: (random, { consoleToken }) => {
      const [app, path] = random.one(CHANGES.filter(([each]) => each === 'console'));
      const body = random.one(['{}', '{"rate":-1}', '{"running":"maybe"}', '{"action":"destroy","ids":[]}', '{"deadLetters":[{"stream":"../x","id":"x"}]}', '{"declineShare":7}', deepJson(90, true)]); // prettier-ignore
      return { app: String(app), bytes: request('POST', String(path), [`X-Console-Token: ${consoleToken}`, JSON_BODY], body) }; // prettier-ignore
    },
  },
];

const JSON_BODY = 'Content-Type: application/json';

/** Makes hostile requests without an end, the same ones for the same seed. */
export function createRequests(random: Random, known: Known): () => HostileRequest {
  const pick = weighted(random, REQUEST_KINDS);
  return () => {
    const { name, make, mayBeServed = false, isUnfinished = false } = pick();
    return { kind: name, mayBeServed, isUnfinished, ...make(random, known) };
  };
}

function post(app: string, path: string, body: string | Buffer, headers: readonly string[] = []): Made {
  return { app, bytes: request('POST', path, [...headers, JSON_BODY], body) };
}

function request(method: string, path: string, headers: readonly string[] = [], body?: string | Buffer) {
  const host = headers.some((header) => header.startsWith('Host:')) ? [] : ['Host: localhost'];
  const length = body === undefined ? [] : [`Content-Length: ${String(Buffer.byteLength(body))}`];
  const head = [`${method} ${path} HTTP/1.1`, ...host, ...headers, ...length, 'Connection: close', '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head), Buffer.from(body ?? '')]);
}

function changed(random: Random): [app: string, path: string] {
  const [app, path] = random.one(CHANGES);
  return [String(app), String(path)];
}

function reads(app: string) {
  return (READ as Readonly<Record<string, readonly string[]>>)[app] ?? ['/health'];
}

function readPath(random: Random, app: string) {
  // Whoever asks for its health need not know how an app is called.
  return random.one(reads(app).filter((path) => path !== '/health'));
}
