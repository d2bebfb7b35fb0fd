import { TOKEN_HEADER, type ApiProblem } from '../../../src/contract/http.js';
import type { Session } from '../../../src/contract/session.js';
import { BASE } from './root.js';

/** An error answer, or no answer. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    message: string,
    /** `offline` if the console did not answer. */
    readonly code: ApiProblem['code'] | 'offline',
    readonly details: readonly string[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Loads from the API. The path begins with `/api`. */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return answer<T>(path, { signal: signal ?? null });
}

/** Loads the session, whose token every change needs. */
export async function loadSession(): Promise<Session> {
  const session = await get<Session>('/api/session');
  token = session.token;
  return session;
}

/** Sends a POST. If the console has restarted, renews the token once and tries again. */
export async function post<T>(path: string, body: unknown): Promise<T> {
  if (token === null) await loadSession();
  try {
    return await send<T>(path, body);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'bad-token') throw error;
    await loadSession();
    return send<T>(path, body);
  }
}

let token: string | null = null;

function send<T>(path: string, body: unknown): Promise<T> {
  return answer<T>(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', [TOKEN_HEADER]: token ?? '' },
    body: JSON.stringify(body),
  });
}

async function answer<T>(path: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`${BASE}${path}`, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError('The console does not answer. Is its process still running?', 'offline', [], { cause: error });
  }
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body as T;
  const problem = isProblem(body) ? body : null;
  throw new ApiError(
    problem?.message ?? `The console answered ${String(response.status)} ${response.statusText}.`,
    problem?.code ?? 'failed',
    problem?.details,
  );
}

function isProblem(body: unknown): body is ApiProblem {
  return typeof body === 'object' && body !== null && 'message' in body && 'code' in body;
}
