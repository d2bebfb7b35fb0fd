import type { IncomingMessage, ServerResponse } from 'node:http';
import { UnsupportedMediaTypeException } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { onlyJson } from '../src/only-json.js';

/** What the next handler is called with. */
function passedOn(headers: IncomingMessage['headers']): unknown {
  let got: unknown = 'nothing';
  onlyJson({ headers } as IncomingMessage, {} as ServerResponse, (error) => (got = error));
  return got;
}

describe('a request', () => {
  it.each([
    ['without a body', {}],
    ['with an empty body of any type', { 'content-type': 'text/plain', 'content-length': '0' }],
    ['with JSON', { 'content-type': 'application/json', 'content-length': '2' }],
    ['with chunked JSON', { 'content-type': 'Application/JSON; charset=utf-8', 'transfer-encoding': 'chunked' }],
    ['with a type that ends with +json', { 'content-type': 'application/merge-patch+json', 'content-length': '2' }],
  ])('%s is accepted', (_, headers) => {
    expect(passedOn(headers)).toBeUndefined();
  });

  it.each([
    [{ 'content-type': 'text/plain', 'content-length': '2' }, 'got text/plain'],
    [{ 'content-type': 'application/x-www-form-urlencoded', 'transfer-encoding': 'chunked' }, 'got application/x-www'],
    [{ 'content-type': 'application/jsonx', 'content-length': '2' }, 'got application/jsonx'],
    [{ 'content-length': '2' }, 'got none'],
  ])('with a body that is not JSON is rejected with its type: %j', (headers, words) => {
    const error = passedOn(headers);
    expect(error).toBeInstanceOf(UnsupportedMediaTypeException);
    expect((error as Error).message).toContain('Expected the Content-Type application/json');
    expect((error as Error).message).toContain(words);
  });
});
