import type { NestExpressApplication } from '@nestjs/platform-express';
import {
  hostList,
  isSameText,
  onlyJson,
  onlyKnownHosts,
  onlyOwnPages,
  securityHeaders,
  unlessHealth,
} from '@shop/access';
import type { RequestHandler } from 'express';
import { ConsoleConfiguration } from '../configuration.js';
import { withoutBase } from '../page/base.js';
import { compress } from '../transfer/compress.js';
import { limitLoad, LOOKING, READING } from './load.js';
import { problemOf } from './problem.js';

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
  app.use(unlessHealth(onlyKnownHosts(hosts)));
  if (config.CONSOLE_PASSWORD !== '') app.use(unlessHealth(onlyWithCredentials(config)));
  app.use('/api', onlyOwnPages(hosts));
  app.use(onlyJson);
  app.use('/api', withinLoad());
  app.use(compress);
}

/** What reads entries, by the path below `/api`; what else there is, is small. */
const READS = /^\/(streams\/[^/]+\/entries|journeys|dead-letters)/;
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
