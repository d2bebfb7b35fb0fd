import path from 'node:path';

/** The folder of the repository. */
export const ROOT = path.resolve(import.meta.dirname, '..', '..');

/** What the tools keep between runs (ignored by git; deleting it is always safe). */
export const CACHE = path.join(ROOT, '.cache');
