import path from 'node:path';
import { ROOT } from '../root.js';

/** The arguments of Node.js for `npm run audit`; those of the audit follow. */
export const AUDIT_SCRIPT = ['--enable-source-maps', path.join(ROOT, 'libs', 'audit', 'dist', 'main.js')];
