import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';
import { ConsoleConfiguration } from '../configuration.js';
import { withoutBase } from '../page/base.js';
import { compress } from '../transfer/compress.js';
import { forwardedHostOf, hostList, isAllowedHost } from './hosts.js';
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
  app.use(belowBase(config));
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
  app.use('/api', onlyFromHere(config));
  app.use(compress);
}

/** Takes off the path that a proxy has put before the console's own, where the proxy does not. */
function belowBase({ CONSOLE_BASE_PATH: base }: ConsoleConfiguration): RequestHandler {
  return (request, response, next) => {
    const rest = withoutBase(request.url, base);
    if (rest === null) next();
    // Relative addresses of the page begin after the last slash.
    else if (!rest.startsWith('/')) response.redirect(308, `${base}/${rest}`);
    else {
      request.url = rest;
      next();
    }
  };
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
    const forwarded = forwardedHostOf(request.header('X-Forwarded-Host'));
    // A name that a proxy has put another Host in the place of is one under which browsers reach the console, too.
    if (isAllowedHost(request.headers.host, allowed) && (!forwarded || isAllowedHost(forwarded, allowed))) {
      next();
      return;
    }
    const message =
      'Expected localhost or an address as the Host (and X-Forwarded-Host), got another name. ' +
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

function onlyFromHere({ CONSOLE_ALLOWED_HOSTS }: ConsoleConfiguration): RequestHandler {
  const own = hostList(CONSOLE_ALLOWED_HOSTS);
  return (request: Request, response: Response, next: NextFunction) => {
    const from = {
      host: request.headers.host,
      forwardedHost: forwardedHostOf(request.header('X-Forwarded-Host')),
      origin: request.headers.origin,
      secFetchSite: request.header('Sec-Fetch-Site'),
    };
    // A link to the API's documentation is no request of that page.
    const isLink = request.method === 'GET' && request.header('Sec-Fetch-Mode') === 'navigate';
    if (isLink || isOwnRequest(from, own)) {
      // Answers are of this moment.
      response.header('Cache-Control', 'no-store');
      next();
      return;
    }
    const message =
      'This request comes from a page of another site; the console answers its own pages alone. If that page is the ' +
      "console's, a proxy has changed the Host: let it send X-Forwarded-Host, or add the page's host to CONSOLE_ALLOWED_HOSTS";
    response.status(403).json(problemOf('cross-site', message));
  };
}
