import { HttpException, HttpStatus } from '@nestjs/common';
import type { ApiProblem } from '../contract/http.js';

const STATUS: Readonly<Record<ApiProblem['code'], HttpStatus>> = {
  invalid: HttpStatus.BAD_REQUEST,
  unauthorized: HttpStatus.UNAUTHORIZED,
  'cross-site': HttpStatus.FORBIDDEN,
  'bad-token': HttpStatus.FORBIDDEN,
  'read-only': HttpStatus.FORBIDDEN,
  forbidden: HttpStatus.FORBIDDEN,
  'not-found': HttpStatus.NOT_FOUND,
  gone: HttpStatus.CONFLICT,
  parked: HttpStatus.CONFLICT,
  'too-large': HttpStatus.PAYLOAD_TOO_LARGE,
  'too-much': HttpStatus.CONFLICT,
  'wrong-host': HttpStatus.MISDIRECTED,
  partitioned: HttpStatus.NOT_IMPLEMENTED,
  'service-away': HttpStatus.BAD_GATEWAY,
  'not-operator': HttpStatus.BAD_GATEWAY,
  'redis-away': HttpStatus.SERVICE_UNAVAILABLE,
  busy: HttpStatus.SERVICE_UNAVAILABLE,
  locked: HttpStatus.TOO_MANY_REQUESTS,
  failed: HttpStatus.INTERNAL_SERVER_ERROR,
};

interface ProblemOptions {
  cause?: unknown;
  /** When to try again, if known. */
  retryAfterSeconds?: number;
}

/** An error answer, see `ApiProblem`. */
export class Problem extends HttpException {
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ApiProblem['code'], message: string, details?: string[], options: ProblemOptions = {}) {
    super(problemOf(code, message, details), STATUS[code], options);
    this.name = Problem.name;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** The body of an error answer. */
export function problemOf(code: ApiProblem['code'], message: string, details?: string[]): ApiProblem {
  return { statusCode: STATUS[code], code, message, ...(details ? { details } : {}) };
}
