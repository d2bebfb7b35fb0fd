import type { NestExpressApplication } from '@nestjs/platform-express';
import { hostList, onlyJson, onlyKnownHosts, onlyOwnPages, securityHeaders, unlessHealth } from '@shop/access';
import type { RequestHandler } from 'express';
import { ConsoleConfiguration } from '../configuration.js';
import { withoutBase } from '../page/base.js';
import { compress } from '../transfer/compress.js';
import { LogIn } from '../users/log-in.js';
import { Users } from '../users/users.js';
import { actorOf } from './actor.js';
import { limitLoad, LOOKING, READING } from './load.js';
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

/** Everything that keeps strangers, and pages of other sites, from the console. Before any route. */
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

/** Notes what a handler refuses. */
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

/** What reads entries, by the path below `/api`; what else there is, is small. */
const READS = /^\/(streams\/[^/]+\/entries|journeys|dead-letters|actions)/;
/** The feed stays open, and has bounds of its own; an action can take long, and only an operator asks for it. */
const UNBOUNDED = /^\/(live|dead-letters\/act)$/;

function withinLoad(): RequestHandler {
  const reading = limitLoad(READING);
  const looking = limitLoad(LOOKING);
  return (request, response, next) => {
    if (UNBOUNDED.test(request.path)) next();
    else (READS.test(request.path) ? reading : looking)(request, response, next);
  };
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
