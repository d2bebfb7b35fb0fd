import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';

/**
 * The largest body, unless an app says otherwise: an order of a hundred lines with the longest names and skus has less than
 * half of that in ASCII, and one of the whole catalogue fits in any script.
 */
export const LARGEST_BODY = 64 * 1024;

/** Reads JSON bodies of up to so many bytes; what cannot be read is the caller's mistake, with a status of 4xx. */
export function readBodies(app: NestExpressApplication, largest = LARGEST_BODY): void {
  app.useBodyParser('json', { limit: largest });
  app.use((error: unknown, _: Request, __: Response, next: NextFunction) => {
    next(isRefusal(error) ? refusal(error, largest) : error);
  });
}

/** What Express throws of a body: its length, encoding, charset, or JSON. */
function isRefusal(error: unknown): error is Error & { status: number } {
  return error instanceof Error && 'status' in error && Number(error.status) >= 400 && Number(error.status) < 500;
}

function refusal(error: Error & { status: number }, largest: number): HttpException {
  if (error instanceof HttpException) return error;
  const { status } = error;
  const message = status === 413 ? `Expected a body of at most ${String(largest)} bytes` : error.message;
  return new HttpException({ statusCode: status, error: STATUS_CODES[status], message }, status, { cause: error });
}
