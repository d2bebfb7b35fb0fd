import { createWriteStream } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { removeOnExit } from '../machine/on-exit.js';

/**
 * The directory of a trial's artifacts: the apps' logs, and the data of Redis. It is kept if the trial fails, else removed.
 * @param name the trial's name
 */
export async function createArtifacts(name: string) {
  const dir = await mkdtemp(path.join(os.tmpdir(), `event-streams-${name}-`));
  const cancelRemoval = removeOnExit(dir);
  return {
    /**
     * Opens a file for the output of an app.
     * @param title the app's title
     * @returns a function that writes a line
     */
    logOf(title: string): (line: string) => void {
      const file = createWriteStream(path.join(dir, `${title}.log`), { flags: 'a' });
      file.on('error', () => undefined); // a full disk must not end the trial
      return (line) => {
        file.write(`${new Date().toISOString()} ${line}\n`);
      };
    },
    /**
     * Keeps the directory, and copies the data of Redis into it.
     * @returns its path
     */
    async keep(redisDir: string): Promise<string> {
      await cp(redisDir, path.join(dir, 'redis'), { recursive: true });
      cancelRemoval();
      return dir;
    },
    async remove() {
      await rm(dir, { recursive: true, force: true });
      cancelRemoval();
    },
  };
}
