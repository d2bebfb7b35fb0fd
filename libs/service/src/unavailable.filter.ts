import { Catch, HttpStatus, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import {
  ProducerOverloadedError,
  PublishTimeoutError,
  RedisOutOfMemoryError,
  RedisUnavailableError,
} from 'nestjs-event-streams';

const RETRY_AFTER_SECONDS = 2;

/** Answers 503 while Redis is away: the caller may try again, best with the same Idempotency-Key. */
@Catch(RedisUnavailableError, RedisOutOfMemoryError, PublishTimeoutError, ProducerOverloadedError)
export class UnavailableFilter implements ExceptionFilter<Error> {
  catch(error: Error, host: ArgumentsHost): void {
    const statusCode = HttpStatus.SERVICE_UNAVAILABLE;
    host
      .switchToHttp()
      .getResponse<Response>()
      .status(statusCode)
      .header('Retry-After', String(RETRY_AFTER_SECONDS))
      .json({ statusCode, error: 'Service Unavailable', message: error.message });
  }
}
