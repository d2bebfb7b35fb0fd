import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** For answers that are data and not pages: they load nothing and are shown in no frame. */
const NOTHING = { defaultSrc: ["'none'"], frameAncestors: ["'none'"] };

/**
 * Adds headers that restrict what browsers may do with an answer.
 *
 * @param directives the content security policy of an app with pages
 */
export function securityHeaders(directives: Readonly<Record<string, string[]>> = NOTHING): RequestHandler {
  return helmet({
    contentSecurityPolicy: { useDefaults: false, directives },
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
    // The app can be used by plain HTTP.
    strictTransportSecurity: false,
  });
}
