import { type ArgumentsHost, Catch, HttpException, Logger } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import type { Request, Response } from 'express';
import {
  DeadLetterGoneError,
  EventPayloadError,
  KeyParkedError,
  OriginalGoneError,
  RedisOutOfMemoryError,
  RedisUnavailableError,
} from 'nestjs-event-streams';
import type { ApiProblem } from '../contract/http.js';
import { Problem, problemOf } from './problem.js';

const RETRY_AFTER_SECONDS = 2;

const CODES: Readonly<Partial<Record<number, ApiProblem['code']>>> = {
  400: 'invalid',
  401: 'unauthorized',
  403: 'cross-site',
  404: 'not-found',
  409: 'gone',
  413: 'too-large',
  415: 'invalid',
  421: 'wrong-host',
  429: 'busy',
};

/** Gives every error answer of the API the shape of `ApiProblem`. Other paths answer as in every app. */
@Catch()
export class ProblemFilter extends BaseExceptionFilter {
  private readonly logger = new Logger('console');

  override catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const response = http.getResponse<Response>();
    if (!http.getRequest<Request>().path.startsWith('/api') || response.headersSent) {
      super.catch(error, host);
      return;
    }
    const problem = problemFrom(error);
    if (problem.code === 'failed') this.logger.error(error);
    const retryAfter = error instanceof Problem ? error.retryAfterSeconds : undefined;
    if (problem.statusCode === 503 || retryAfter !== undefined)
      response.header('Retry-After', String(retryAfter ?? RETRY_AFTER_SECONDS));
    response.status(problem.statusCode).json(problem);
  }
}

function problemFrom(error: unknown): ApiProblem {
  if (error instanceof RedisUnavailableError || error instanceof RedisOutOfMemoryError) {
    return problemOf('redis-away', error.message);
  }
  if (error instanceof DeadLetterGoneError) return problemOf('gone', error.message);
  if (error instanceof KeyParkedError) return problemOf('parked', error.message);
  if (error instanceof EventPayloadError || error instanceof OriginalGoneError)
    return problemOf('invalid', error.message);
  if (error instanceof Error && error.name === 'ReplyError') {
    return problemOf('redis-away', `Redis answered with an error: ${error.message}`);
  }
  // Includes the errors of Express for a body that it cannot read.
  if (error instanceof HttpException || isHttpError(error)) return fromHttp(error);
  return problemOf('failed', 'An internal error of the console; see its log.');
}

function fromHttp(error: HttpException | (Error & { status: number })): ApiProblem {
  if (!(error instanceof HttpException)) return ofStatus(error.status, error.message);
  const body = error.getResponse();
  if (typeof body === 'object' && 'code' in body) return body as ApiProblem;
  const { message } = (typeof body === 'object' ? body : { message: body }) as { message?: string | string[] };
  if (Array.isArray(message)) return problemOf('invalid', message.join('; '), message);
  return ofStatus(error.getStatus(), message ?? error.message);
}

function ofStatus(statusCode: number, message: string): ApiProblem {
  return { statusCode, code: CODES[statusCode] ?? 'failed', message };
}

function isHttpError(error: unknown): error is Error & { status: number } {
  return error instanceof Error && 'status' in error && typeof error.status === 'number';
}
