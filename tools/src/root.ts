import path from 'node:path';

/** The folder of the repository. */
export const ROOT = path.resolve(import.meta.dirname, '..', '..');

/** The folder of what the tools keep between runs. git ignores it, and it can be deleted at any time. */
export const CACHE = path.join(ROOT, '.cache');
