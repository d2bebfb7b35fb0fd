import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { NextFunction, Request, Response } from 'express';

/** Smaller answers are not compressed. The session with its token is smaller, so its compressed length cannot reveal the token. */
const MIN_BYTES = 1024;
/** From 0 to 11: nearly as small as the best quality, and fast enough for dynamic answers. */
const BROTLI_QUALITY = 4;

const COMPRESSIBLE = /^(application\/json|text\/(html|css|javascript|plain))\b/;

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

/** Compresses complete answers for clients that accept it. Streamed answers, such as the live feed, are not compressed. */
export function compress(request: Request, response: Response, next: NextFunction): void {
  const encoding = encodingFor(request, ['br', 'gzip']);
  const send = response.send.bind(response);
  response.send = (body: unknown): Response => {
    if (typeof body !== 'string' || !isCompressible(response) || body.length < MIN_BYTES) return send(body);
    response.vary('Accept-Encoding');
    if (encoding === null || response.hasHeader('Content-Encoding')) return send(body);
    compressed(body, encoding).then(
      (bytes) => {
        // The ETag belongs to the uncompressed bytes; these answers are not cached anyway.
        response.setHeader('Content-Encoding', encoding);
        send(bytes);
      },
      (error: unknown) => {
        next(error);
      },
    );
    return response;
  };
  next();
}

/** The first encoding that the client accepts; null if it accepts none. */
export function encodingFor<T extends string>(request: Request, encodings: readonly T[]): T | null {
  return encodings.find((encoding) => request.acceptsEncodings(encoding) === encoding) ?? null;
}

function isCompressible(response: Response): boolean {
  const type = response.getHeader('Content-Type');
  return typeof type === 'string' && COMPRESSIBLE.test(type);
}

function compressed(text: string, encoding: 'br' | 'gzip'): Promise<Buffer> {
  const bytes = Buffer.from(text);
  if (encoding === 'gzip') return zip(bytes);
  return brotli(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } });
}
