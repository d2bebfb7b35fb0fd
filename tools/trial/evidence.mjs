import { createWriteStream } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { removeAfterMe } from '../machine/last-will.mjs';

/** @typedef {Awaited<ReturnType<typeof createEvidence>>} Evidence */

/**
 * What a run leaves for whoever looks for the cause where something was broken: a directory that goes with a good run.
 * @param {string} name of the trial
 */
export async function createEvidence(name) {
  const dir = await mkdtemp(path.join(os.tmpdir(), `event-streams-${name}-`));
  const callOffRemoval = removeAfterMe(dir);
  return {
    /**
     * A file for what an app says.
     * @param {string} title of the app
     * @returns {(line: string) => void} writes a line
     */
    logOf(title) {
      const file = createWriteStream(path.join(dir, `${title}.log`), { flags: 'a' });
      file.on('error', () => undefined); // a full disk must not end the run
      return (line) => {
        file.write(`${new Date().toISOString()} ${line}\n`);
      };
    },
    /**
     * Keeps it, with the data of Redis beside the logs.
     * @param {string} redisDir
     * @returns {Promise<string>} the directory
     */
    async keep(redisDir) {
      await cp(redisDir, path.join(dir, 'redis'), { recursive: true });
      callOffRemoval();
      return dir;
    },
    async remove() {
      await rm(dir, { recursive: true, force: true });
      callOffRemoval();
    },
  };
}
