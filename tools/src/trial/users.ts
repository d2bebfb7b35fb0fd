import { randomBytes } from 'node:crypto';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Failure } from '../failure.js';
import { run } from '../machine/command.js';
import { removeOnExit } from '../machine/on-exit.js';
import { ROOT } from '../root.js';
import { PREFIX } from './plan-shop.js';

const SETUP_SCRIPT = path.join(ROOT, 'libs', 'setup', 'dist', 'main.js');
const DEADLINE_MS = 60_000;
/** The Redis user of the trial itself, who may do everything. The shop has no such user. */
const TRIAL = 'trial';

/** Creates the shop's Redis users, as a deployment does, and one more for the trial. */
export async function makeUsers() {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'event-streams-users-'));
  const cancelRemoval = removeOnExit(dir);
  const args = ['--enable-source-maps', SETUP_SCRIPT, '--out', dir];
  const { ok, problem, output } = await run(process.execPath, args, {
    deadlineMs: DEADLINE_MS,
    env: { EVENTS_PREFIX: PREFIX },
  });
  if (!ok) throw new Failure(`The shop's Redis users could not be created: ${problem}.`, output);
  const aclFile = path.join(dir, 'redis', 'users.acl');
  const password = randomBytes(32).toString('hex');
  await appendFile(aclFile, `user ${TRIAL} on >${password} ~* &* +@all\n`);
  return {
    /** The arguments of a Redis server with these users. */
    redisArgs: ['--aclfile', aclFile],
    /** The variables by which a process authenticates as a user. They override those of the environment. */
    signInOf: (user: string): Record<string, string> => ({
      REDIS_USERNAME: user,
      REDIS_PASSWORD: '',
      REDIS_PASSWORD_FILE: path.join(dir, user, 'redis-password'),
    }),
    /** Adds the trial's user to the URL of a server. */
    asTrial: (url: string) => url.replace('//', `//${TRIAL}:${password}@`),
    async remove() {
      await rm(dir, { recursive: true, force: true });
      cancelRemoval();
    },
  };
}
