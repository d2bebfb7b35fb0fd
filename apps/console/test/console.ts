import { request } from 'node:http';
import { startApp, type AppProcess } from '@repo/testing';
import type { ApiProblem } from '../src/contract/http.js';
import type { LiveMessages } from '../src/contract/live.js';
import type { Session } from '../src/contract/session.js';

/** The console as a process, and a client of its API. */
export interface Console extends AsyncDisposable {
  readonly app: AppProcess;
  get<T>(path: string): Promise<T>;
  /** With the token, as a page of the console does. */
  post<T>(path: string, body: unknown): Promise<T>;
  /** Without demanding success. */
  ask(path: string, options?: RequestOptions): Promise<Answer>;
  token(): Promise<string>;
  live(query?: string, options?: Pick<RequestOptions, 'headers' | 'from'>): Feed;
}

export interface RequestOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: unknown;
  /** The address that it is sent from. */
  from?: string;
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  /** The body, where it is JSON. */
  problem: ApiProblem;
}

/** A server-sent feed that is being read. */
export interface Feed extends Disposable {
  /** Messages so far, by their names. */
  readonly messages: { [K in keyof LiveMessages]: LiveMessages[K][] };
  readonly status: Promise<number>;
}

/** Starts the built console. */
export async function startConsole(redisUrl: string, environment: Record<string, string> = {}): Promise<Console> {
  const app = await startApp('console', { REDIS_URL: redisUrl, ...environment });
  const ask = (path: string, options: RequestOptions = {}): Promise<Answer> => send(`${app.url}${path}`, options);
  const success = async <T>(path: string, options?: RequestOptions): Promise<T> => {
    const { status, text } = await ask(path, options);
    if (status < 200 || status > 299) throw new Error(`${path} answered ${String(status)}: ${text}`);
    return JSON.parse(text) as T;
  };
  const token = async (): Promise<string> => (await success<Session>('/api/session')).token;
  return {
    app,
    ask,
    get: success,
    token,
    async post(path, body) {
      return success(path, { method: 'POST', body, headers: { 'X-Console-Token': await token() } });
    },
    live: (query = '', options = {}) => openFeed(`${app.url}/api/live${query}`, options),
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  };
}

/** `fetch` would not let a test set Host or Sec-Fetch-Site. */
function send(url: string, { method = 'GET', headers = {}, body, from }: RequestOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method,
        headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
        ...(from === undefined ? {} : { localAddress: from }),
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => {
          const isJson = response.headers['content-type']?.startsWith('application/json') ?? false;
          const problem = (isJson ? JSON.parse(text) : {}) as ApiProblem;
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, problem });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
  });
}

function openFeed(url: string, { headers = {}, from }: Pick<RequestOptions, 'headers' | 'from'>): Feed {
  const messages: Feed['messages'] = {
    overview: [],
    entries: [],
    redis: [],
    'left-out': [],
    shop: [],
    beat: [],
    renew: [],
  };
  let onStatus: (status: number) => void = () => undefined;
  const status = new Promise<number>((resolve) => {
    onStatus = resolve;
  });
  const sent = request(url, { headers, ...(from === undefined ? {} : { localAddress: from }) }, (response) => {
    onStatus(response.statusCode ?? 0);
    let rest = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const [, event, data] = /^event: (.+)\ndata: (.+)$/.exec(block) ?? [];
        if (event !== undefined && data !== undefined)
          messages[event as keyof LiveMessages].push(JSON.parse(data) as never);
      }
    });
  });
  sent.on('error', () => undefined);
  sent.end();
  return {
    messages,
    status,
    [Symbol.dispose]() {
      sent.destroy();
    },
  };
}
