import { ForbiddenException, HttpException, HttpStatus } from '@nestjs/common';
import type { RequestHandler } from 'express';
import { forwardedHostOf, isAllowedHost } from './hosts.js';
import { onlyJson } from './only-json.js';
import { isOwnRequest } from './origin.js';
import { securityHeaders } from './security-headers.js';

/** The hosts under which browsers reach an app. */
export interface OwnHosts {
  /** Apart from localhost and addresses. */
  names: ReadonlySet<string>;
  /** The variable that they are from, for messages. */
  setting: string;
}

const HEALTH = /^\/health(\/live)?$/;

/**
 * Everything that keeps other sites' pages, and names that somebody else's DNS points here, from an app without pages. Before
 * any route.
 */
export function protect(app: { use(handler: RequestHandler): unknown }, hosts: OwnHosts): void {
  for (const handler of [securityHeaders(), unlessHealth(onlyKnownHosts(hosts)), onlyOwnPages(hosts), onlyJson]) {
    app.use(handler);
  }
}

/** Whoever looks whether an app lives knows neither names nor passwords. */
export function unlessHealth(handler: RequestHandler): RequestHandler {
  return (request, response, next) => {
    if (HEALTH.test(request.path)) next();
    else void handler(request, response, next);
  };
}

/** Refuses requests under a host that is not the app's with 421: by such a name, pages of another site read answers. */
export function onlyKnownHosts({ names, setting }: OwnHosts): RequestHandler {
  return (request, _, next) => {
    const forwarded = forwardedHostOf(request.header('X-Forwarded-Host'));
    // A name that a proxy has put another Host in the place of is one under which browsers reach the app, too.
    if (isAllowedHost(request.headers.host, names) && (!forwarded || isAllowedHost(forwarded, names))) {
      next();
      return;
    }
    const message =
      'Expected localhost or an address as the Host (and X-Forwarded-Host), got another name. ' +
      `If it is reached by this name, add it to ${setting}`;
    next(new HttpException(message, HttpStatus.MISDIRECTED));
  };
}

/** Refuses requests that come from a page of another site with 403. */
export function onlyOwnPages({ names, setting }: OwnHosts): RequestHandler {
  return (request, response, next) => {
    const from = {
      host: request.headers.host,
      forwardedHost: forwardedHostOf(request.header('X-Forwarded-Host')),
      origin: request.headers.origin,
      secFetchSite: request.header('Sec-Fetch-Site'),
    };
    // A link to an address is no request of that page.
    const isLink = request.method === 'GET' && request.header('Sec-Fetch-Mode') === 'navigate';
    if (isLink || isOwnRequest(from, names)) {
      // Answers are of this moment.
      response.header('Cache-Control', 'no-store');
      next();
      return;
    }
    const message =
      'This request comes from a page of another site; only pages of its own are answered. If that page is one, a proxy has ' +
      `changed the Host: let it send X-Forwarded-Host, or add the page's host to ${setting}`;
    next(new ForbiddenException(message));
  };
}
