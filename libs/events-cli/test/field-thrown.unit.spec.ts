import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadProject } from '../src/project.js';

describe('the configuration of a project', () => {
  it.each(['null', "'no stock'", 'Object.assign(new Error(), { message: null })', 'new Proxy({}, { get: null })'])(
    'that throws %s is refused with its name',
    async (thrown) => {
      const dir = await mkdtemp(path.join(tmpdir(), 'events-'));
      await writeFile(path.join(dir, 'events.config.mjs'), `throw ${thrown};`);
      await expect(loadProject(dir)).rejects.toThrow(
        `Expected ${path.join(dir, 'events.config.mjs')} to export a configuration: `,
      );
      await rm(dir, { recursive: true });
    },
  );
});
