import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';

/**
 * The default maximum of a body. An order of 100 lines with the longest names and skus has less than half of it in ASCII, and an order
 * of the whole catalogue fits in any script.
 */
export const MAX_BODY_BYTES = 64 * 1024;

/** Parses JSON bodies of up to `maxBytes`. A body that cannot be parsed is answered with 4xx. */
export function parseBodies(app: NestExpressApplication, maxBytes = MAX_BODY_BYTES): void {
  app.useBodyParser('json', { limit: maxBytes });
  app.use((error: unknown, _: Request, __: Response, next: NextFunction) => {
    next(isBodyError(error) ? toHttpException(error, maxBytes) : error);
  });
}

/** Whether it is an error of Express about a body: its length, encoding, charset or JSON. */
function isBodyError(error: unknown): error is Error & { status: number } {
  return error instanceof Error && 'status' in error && Number(error.status) >= 400 && Number(error.status) < 500;
}

function toHttpException(error: Error & { status: number }, maxBytes: number): HttpException {
  if (error instanceof HttpException) return error;
  const { status } = error;
  const message = status === 413 ? `Expected a body of at most ${String(maxBytes)} bytes` : error.message;
  return new HttpException({ statusCode: status, error: STATUS_CODES[status], message }, status, { cause: error });
}
