import { createWriteStream } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { removeOnExit } from '../machine/on-exit.js';

/**
 * What a run leaves for whoever looks for the cause where something was broken: a directory that goes with a good run.
 * @param name of the trial
 */
export async function createEvidence(name: string) {
  const dir = await mkdtemp(path.join(os.tmpdir(), `event-streams-${name}-`));
  const callOffRemoval = removeOnExit(dir);
  return {
    /**
     * A file for what an app says.
     * @param title of the app
     * @returns writes a line
     */
    logOf(title: string): (line: string) => void {
      const file = createWriteStream(path.join(dir, `${title}.log`), { flags: 'a' });
      file.on('error', () => undefined); // a full disk must not end the run
      return (line) => {
        file.write(`${new Date().toISOString()} ${line}\n`);
      };
    },
    /**
     * Keeps it, with the data of Redis beside the logs.
     * @returns the directory
     */
    async keep(redisDir: string): Promise<string> {
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
