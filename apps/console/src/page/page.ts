import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NestExpressApplication } from '@nestjs/platform-express';
import express, { type NextFunction, type Request, type Response } from 'express';
import { serveAssets } from './assets.js';
import { pageAt } from './base.js';

/** The folder of the page that Vite has built. */
const WEB = fileURLToPath(new URL('../../dist/web/', import.meta.url));

/** Files in this path have a hash of their content in their name. */
const ASSETS = '/assets';

const NO_PAGE = 'The console runs, but its page was not built: run "npm run build". The API works: see /api.\n';

/** Serves the page: its files, and `index.html` for every path of the page's router. */
export function servePage(app: NestExpressApplication): void {
  app.use(ASSETS, ...serveAssets(path.join(WEB, ASSETS)));
  app.use('/index.html', (_: Request, response: Response) => sendPage('/', response));
  app.use(express.static(WEB, { index: false, dotfiles: 'ignore' }));
  app.use(async (request: Request, response: Response, next: NextFunction) => {
    if (isOfPage(request)) await sendPage(request.path, response);
    else next();
  });
}

/** Not cached: an old page would request assets that no longer exist. */
async function sendPage(pathname: string, response: Response): Promise<void> {
  response.header('Cache-Control', 'no-store');
  const html = await readFile(path.join(WEB, 'index.html'), 'utf8').catch(() => null);
  if (html === null) response.status(503).type('text/plain').send(NO_PAGE);
  else response.type('html').send(pageAt(html, pathname));
}

function isOfPage({ method, path: pathname }: Request): boolean {
  const isServers = /^\/(api|api-json|health|metrics|assets)(\/|$)/.test(pathname);
  return (method === 'GET' || method === 'HEAD') && !isServers;
}
