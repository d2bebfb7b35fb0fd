import type { NestExpressApplication } from '@nestjs/platform-express';
import { hostList, onlyJson, onlyKnownHosts, onlyOwnPages, securityHeaders, unlessHealth } from '@shop/access';
import type { RequestHandler } from 'express';
import { ConsoleConfiguration } from '../configuration.js';
import { withoutBase } from '../page/base.js';
import { compress } from '../transfer/compress.js';
import { LogIn } from '../users/log-in.js';
import { Users } from '../users/users.js';
import { actorOf } from './actor.js';
import { limitLoad, LIGHT_REQUESTS, HEAVY_REQUESTS } from './load.js';
import { SecurityLog, type SecurityEvent } from './security-log.js';

const NOTHING_FROM_ELSEWHERE = {
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
};

/** Installs, before any route, what protects the console from other users and from pages of other sites. */
export function protect(app: NestExpressApplication): void {
  const config = app.get(ConsoleConfiguration);
  app.use(belowBase(config));
  const hosts = { names: hostList(config.CONSOLE_ALLOWED_HOSTS), setting: 'CONSOLE_ALLOWED_HOSTS' };
  app.use(securityHeaders(NOTHING_FROM_ELSEWHERE));
  const log = app.get(SecurityLog);
  const users = app.get(Users);
  app.use(unlessHealth(noted(onlyKnownHosts(hosts), 'refused-host', log)));
  if (users.areThere) app.use(unlessHealth(new LogIn(users, log).handle));
  app.use('/api', noted(onlyOwnPages(hosts), 'refused-origin', log));
  app.use(onlyJson);
  app.use('/api', withinLoad());
  app.use(compress);
}

/** Logs the requests that a handler rejects. */
function noted(handler: RequestHandler, event: SecurityEvent, log: SecurityLog): RequestHandler {
  return (request, response, next) => {
    void handler(request, response, (refusal?: unknown) => {
      if (refusal instanceof Error) {
        const from = event === 'refused-host' ? request.headers.host : request.headers.origin;
        log.note(event, request, from ?? 'none given', actorOf(request).user?.name);
      }
      next(refusal);
    });
  };
}

/** The paths below `/api` that read entries; all others are light. */
const READS = /^\/(streams\/[^/]+\/entries|journeys|dead-letters|actions)/;
/** Paths without these limits: the feed stays open and has its own, and an action can take long but needs an operator. */
const UNBOUNDED = /^\/(live|dead-letters\/act)$/;

function withinLoad(): RequestHandler {
  const reading = limitLoad(HEAVY_REQUESTS);
  const looking = limitLoad(LIGHT_REQUESTS);
  return (request, response, next) => {
    if (UNBOUNDED.test(request.path)) next();
    else (READS.test(request.path) ? reading : looking)(request, response, next);
  };
}

/** Removes the base path from the address of a request, if the proxy has not removed it. */
function belowBase({ CONSOLE_BASE_PATH: base }: ConsoleConfiguration): RequestHandler {
  return (request, response, next) => {
    const rest = withoutBase(request.url, base);
    if (rest === null) next();
    // The page's relative addresses need the slash at the end.
    else if (!rest.startsWith('/')) response.redirect(308, `${base}/${rest}`);
    else {
      request.url = rest;
      next();
    }
  };
}
