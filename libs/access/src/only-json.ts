import type { IncomingMessage, ServerResponse } from 'node:http';
import { UnsupportedMediaTypeException } from '@nestjs/common';

const JSON_TYPE = /^application\/([a-z0-9.-]+\+)?json\s*(;|$)/i;

/** Rejects a body that is not JSON with 415. Without this check, it would not be parsed, and every field would be reported as missing. */
export function onlyJson({ headers }: IncomingMessage, _: ServerResponse, next: (error?: unknown) => void): void {
  const { 'content-type': type, 'content-length': length, 'transfer-encoding': encoding } = headers;
  const hasBody = encoding !== undefined || (length !== undefined && length !== '0');
  if (!hasBody || JSON_TYPE.test(type ?? '')) {
    next();
    return;
  }
  const got = type === undefined ? 'none' : type.slice(0, 100);
  next(new UnsupportedMediaTypeException(`Expected the Content-Type application/json, got ${got}`));
}
