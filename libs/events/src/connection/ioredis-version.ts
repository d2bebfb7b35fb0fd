import { createRequire } from 'node:module';

/** The version of the ioredis that this process has, such as `6.0.0`; undefined where its package does not tell. */
export const IOREDIS_VERSION = versionOf('ioredis');

function versionOf(name: string): string | undefined {
  try {
    const { version } = createRequire(import.meta.url)(`${name}/package.json`) as { version?: string };
    return version;
  } catch {
    // A bundle has no packages, and a package may keep its file to itself.
    return undefined;
  }
}
