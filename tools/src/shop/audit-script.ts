import path from 'node:path';
import { ROOT } from '../root.js';

/** What Node.js is to run for `npm run audit`, before the audit's own arguments. */
export const AUDIT_SCRIPT = ['--enable-source-maps', path.join(ROOT, 'libs', 'audit', 'dist', 'main.js')];
