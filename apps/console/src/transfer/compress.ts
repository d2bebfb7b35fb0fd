import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { NextFunction, Request, Response } from 'express';

/** Below that, compressing saves nothing; the session with its token is smaller, so that its length tells nothing of it. */
const LEAST_BYTES = 1024;
/** Of 0 to 11: nearly as small as the slowest, and fast enough for answers that are made anew each time. */
const BROTLI_QUALITY = 4;

const COMPRESSIBLE = /^(application\/json|text\/(html|css|javascript|plain))\b/;

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

/** Compresses whole answers for clients that say they can read them. What is sent piece by piece, as the live feed, is left. */
export function compress(request: Request, response: Response, next: NextFunction): void {
  const encoding = encodingFor(request, ['br', 'gzip']);
  const send = response.send.bind(response);
  response.send = (body: unknown): Response => {
    if (typeof body !== 'string' || !isCompressible(response) || body.length < LEAST_BYTES) return send(body);
    response.vary('Accept-Encoding');
    if (encoding === null || response.hasHeader('Content-Encoding')) return send(body);
    compressed(body, encoding).then(
      (bytes) => {
        // An ETag would be of the other bytes; nothing that comes through here is kept anyway.
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

/** The first of the encodings that the client takes; null for none. */
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
