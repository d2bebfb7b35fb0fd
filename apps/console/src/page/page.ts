import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NestExpressApplication } from '@nestjs/platform-express';
import express, { type NextFunction, type Request, type Response } from 'express';

/** Where Vite puts the page: beside the built server. */
const WEB = fileURLToPath(new URL('../../dist/web/', import.meta.url));

/** Files of these have their content's hash in their names. */
const ASSETS = '/assets';

const NO_PAGE = 'The console runs, but its page was not built: run "npm run build". The API is there: see /api.\n';

/** Serves the page: its files, and `index.html` for every path that the page itself knows. */
export function servePage(app: NestExpressApplication): void {
  app.use(ASSETS, express.static(path.join(WEB, ASSETS), { immutable: true, maxAge: '1y', fallthrough: false }));
  app.use(express.static(WEB, { index: false, dotfiles: 'ignore', setHeaders: keepNoPage }));
  app.use((request: Request, response: Response, next: NextFunction) => {
    if (!isOfPage(request)) {
      next();
      return;
    }
    const index = path.join(WEB, 'index.html');
    response.header('Cache-Control', 'no-store');
    if (existsSync(index)) response.sendFile(index, { cacheControl: false, dotfiles: 'allow' });
    else response.status(503).type('text/plain').send(NO_PAGE);
  });
}

/** A page that is kept would ask for assets of before. */
function keepNoPage(response: Response, file: string): void {
  if (file.endsWith('.html')) response.setHeader('Cache-Control', 'no-store');
}

function isOfPage({ method, path: pathname }: Request): boolean {
  const isServers = /^\/(api|api-json|health|metrics|assets)(\/|$)/.test(pathname);
  return (method === 'GET' || method === 'HEAD') && !isServers;
}
