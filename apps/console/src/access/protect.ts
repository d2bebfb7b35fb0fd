import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';
import { ConsoleConfiguration } from '../configuration.js';
import { hostList, isAllowedHost } from './hosts.js';
import { isOwnRequest } from './origin.js';
import { problemOf } from './problem.js';
import { isSameText } from './same-text.js';

const NOTHING_FROM_ELSEWHERE = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    connectSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    fontSrc: ["'self'"],
    manifestSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
  },
};

const HEALTH = /^\/health(\/live)?$/;

/** Everything that keeps strangers, and pages of other sites, from the console. Before any route. */
export function protect(app: NestExpressApplication): void {
  const config = app.get(ConsoleConfiguration);
  app.use(
    helmet({
      contentSecurityPolicy: NOTHING_FROM_ELSEWHERE,
      referrerPolicy: { policy: 'no-referrer' },
      xFrameOptions: { action: 'deny' },
      // It may well be reached by plain HTTP.
      strictTransportSecurity: false,
    }),
  );
  app.use(unless(HEALTH, onlyAllowedHosts(config)));
  if (config.CONSOLE_PASSWORD !== '') app.use(unless(HEALTH, onlyWithCredentials(config)));
  app.use('/api', onlyFromHere);
}

/** Whoever looks whether the console lives knows neither names nor passwords. */
function unless(paths: RegExp, handler: RequestHandler): RequestHandler {
  return (request, response, next) => {
    if (paths.test(request.path)) next();
    else void handler(request, response, next);
  };
}

function onlyAllowedHosts({ CONSOLE_ALLOWED_HOSTS }: ConsoleConfiguration): RequestHandler {
  const allowed = hostList(CONSOLE_ALLOWED_HOSTS);
  return (request, response, next) => {
    if (isAllowedHost(request.headers.host, allowed)) {
      next();
      return;
    }
    const message =
      'Expected localhost or an address as the Host, got another name. ' +
      'If browsers reach the console by this name, add it to CONSOLE_ALLOWED_HOSTS';
    response.status(421).json(problemOf('wrong-host', message));
  };
}

function onlyWithCredentials({ CONSOLE_USERNAME, CONSOLE_PASSWORD }: ConsoleConfiguration): RequestHandler {
  return (request, response, next) => {
    const [, encoded = ''] = /^Basic (.+)$/i.exec(request.headers.authorization ?? '') ?? [];
    const given = Buffer.from(encoded, 'base64').toString('utf8');
    // Both as one text: neither tells which of them was wrong.
    if (isSameText(given, `${CONSOLE_USERNAME}:${CONSOLE_PASSWORD}`)) {
      next();
      return;
    }
    response
      .status(401)
      .header('WWW-Authenticate', 'Basic realm="console", charset="UTF-8"')
      .json(problemOf('unauthorized', 'Expected the name and the password of this console'));
  };
}

function onlyFromHere(request: Request, response: Response, next: NextFunction): void {
  const from = {
    host: request.headers.host,
    origin: request.headers.origin,
    secFetchSite: request.header('Sec-Fetch-Site'),
  };
  // A link to the API's documentation is no request of that page.
  const isLink = request.method === 'GET' && request.header('Sec-Fetch-Mode') === 'navigate';
  if (isLink || isOwnRequest(from)) {
    // Answers are of this moment.
    response.header('Cache-Control', 'no-store');
    next();
    return;
  }
  const message = 'This request comes from a page of another site; the console answers its own pages alone';
  response.status(403).json(problemOf('cross-site', message));
}
