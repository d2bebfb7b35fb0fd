import { Catch, HttpStatus, type ArgumentsHost } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import type { Response } from 'express';
import {
  isOutage,
  ProducerOverloadedError,
  PublishTimeoutError,
  RedisForbiddenError,
  RedisOutOfMemoryError,
} from 'nestjs-event-streams';

const RETRY_AFTER_SECONDS = 2;

/** Answers with 503 while Redis is away or rejects commands. The caller can retry, with the same Idempotency-Key. */
@Catch()
export class UnavailableFilter extends BaseExceptionFilter {
  override catch(error: unknown, host: ArgumentsHost): void {
    if (!isUnavailable(error)) {
      super.catch(error, host);
      return;
    }
    const statusCode = HttpStatus.SERVICE_UNAVAILABLE;
    host
      .switchToHttp()
      .getResponse<Response>()
      .status(statusCode)
      .header('Retry-After', String(RETRY_AFTER_SECONDS))
      .json({ statusCode, error: 'Service Unavailable', message: error.message });
  }
}

function isUnavailable(error: unknown): error is Error {
  return (
    isOutage(error) ||
    error instanceof RedisForbiddenError ||
    error instanceof RedisOutOfMemoryError ||
    error instanceof PublishTimeoutError ||
    error instanceof ProducerOverloadedError
  );
}
