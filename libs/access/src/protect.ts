import { ForbiddenException, HttpException, HttpStatus } from '@nestjs/common';
import type { RequestHandler } from 'express';
import { forwardedHostOf, isAllowedHost } from './hosts.js';
import { onlyJson } from './only-json.js';
import { isOwnRequest } from './origin.js';
import { securityHeaders } from './security-headers.js';

/** The hosts under which browsers may reach an app. */
export interface OwnHosts {
  /** Names beside localhost and IP addresses. */
  names: ReadonlySet<string>;
  /** The variable that sets them, for messages. */
  setting: string;
}

const HEALTH = /^\/health(\/live)?$/;

/**
 * Protects an app without pages from the pages of other sites and from DNS rebinding. Must be called before any route is added.
 */
export function protect(app: { use(handler: RequestHandler): unknown }, hosts: OwnHosts): void {
  for (const handler of [securityHeaders(), unlessHealth(onlyKnownHosts(hosts)), onlyOwnPages(hosts), onlyJson]) {
    app.use(handler);
  }
}

/** Skips a handler for health checks, which know neither the app's names nor its passwords. */
export function unlessHealth(handler: RequestHandler): RequestHandler {
  return (request, response, next) => {
    if (HEALTH.test(request.path)) next();
    else void handler(request, response, next);
  };
}

/** Rejects requests with an unknown Host with 421: by such a name, pages of other sites could read answers (DNS rebinding). */
export function onlyKnownHosts({ names, setting }: OwnHosts): RequestHandler {
  return (request, _, next) => {
    const forwarded = forwardedHostOf(request.header('X-Forwarded-Host'));
    // If a proxy has replaced the Host, the original name must be allowed, too.
    if (isAllowedHost(request.headers.host, names) && (!forwarded || isAllowedHost(forwarded, names))) {
      next();
      return;
    }
    const message =
      'Expected localhost or an IP address as the Host (and X-Forwarded-Host), got another name. ' +
      `To allow this name, add it to ${setting}`;
    next(new HttpException(message, HttpStatus.MISDIRECTED));
  };
}

/** Rejects requests from pages of other sites with 403. */
export function onlyOwnPages({ names, setting }: OwnHosts): RequestHandler {
  return (request, response, next) => {
    const from = {
      host: request.headers.host,
      forwardedHost: forwardedHostOf(request.header('X-Forwarded-Host')),
      origin: request.headers.origin,
      secFetchSite: request.header('Sec-Fetch-Site'),
    };
    // Following a link of another site is allowed.
    const isLink = request.method === 'GET' && request.header('Sec-Fetch-Mode') === 'navigate';
    if (isLink || isOwnRequest(from, names)) {
      // Answers must not be cached, because they are about the present state.
      response.header('Cache-Control', 'no-store');
      next();
      return;
    }
    const message =
      'This request comes from a page of another site. Only pages of this app are answered. If it is a page of this app, a proxy has ' +
      `changed the Host: let the proxy send X-Forwarded-Host, or add the page's host to ${setting}`;
    next(new ForbiddenException(message));
  };
}
