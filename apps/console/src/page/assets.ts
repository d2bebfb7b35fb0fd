import { readdirSync } from 'node:fs';
import path from 'node:path';
import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { encodingFor } from '../transfer/compress.js';

/** The compressed files that the build adds, by content encoding. */
const ENDINGS = { br: '.br', gzip: '.gz' } as const;

/** Serves the files of a folder, compressed where the build has done so: see `precompress` beside Vite's settings. */
export function serveAssets(folder: string): RequestHandler[] {
  return [
    preferCompressed(folder),
    express.static(folder, { immutable: true, maxAge: '1y', fallthrough: false, index: false }),
  ];
}

function preferCompressed(folder: string): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    const files = filesOf(folder);
    const name = request.path.slice(1);
    const encoding = files.has(name) ? encodingFor(request, ['br', 'gzip']) : null;
    if (files.has(`${name}${ENDINGS.br}`)) response.vary('Accept-Encoding');
    if (encoding !== null && files.has(`${name}${ENDINGS[encoding]}`)) {
      response.type(path.extname(name));
      response.setHeader('Content-Encoding', encoding);
      request.url = `/${name}${ENDINGS[encoding]}`;
    }
    next();
  };
}

/** Read at each request: during development, the page is rebuilt while the server runs. */
function filesOf(folder: string): ReadonlySet<string> {
  try {
    return new Set(readdirSync(folder));
  } catch {
    return new Set();
  }
}
