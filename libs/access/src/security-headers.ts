import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** An answer that is data and no page: it loads nothing, and is shown in no frame. */
const NOTHING = { defaultSrc: ["'none'"], frameAncestors: ["'none'"] };

/**
 * Tells browsers how little they may do with an answer.
 *
 * @param directives of its content security policy, for an app that has pages
 */
export function securityHeaders(directives: Readonly<Record<string, string[]>> = NOTHING): RequestHandler {
  return helmet({
    contentSecurityPolicy: { useDefaults: false, directives },
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
    // It may well be reached by plain HTTP.
    strictTransportSecurity: false,
  });
}
