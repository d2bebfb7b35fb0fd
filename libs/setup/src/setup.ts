import { DEFAULT_PREFIX, PREFIX_FORM } from '@shop/contracts';
import type { Environment } from 'nestjs-event-streams/address';
import { aclFile } from './acl-file.js';
import { SecretFolder, type Readers } from './folder.js';
import { checkSecret, givenSecret, newSecret } from './secret.js';
import { SetupError } from './setup-error.js';
import { TOKEN_READERS, USERS, type User } from './users.js';

/** What {@link setUp} takes. */
export interface SetupOptions {
  /** The folder that it all goes to. */
  out: string;
  /** `EVENTS_PREFIX`, `OPERATOR_TOKEN`, and for each user a password such as `ORDER_SERVICE_REDIS_PASSWORD`; or `…_FILE`. */
  environment: Environment;
  /**
   * Number of the group that Redis runs as in its container: it may read the ACL file and the inspector's password. Needs a process
   * of root, or of that group. @default the group of what the process makes
   */
  redisGroup?: number | undefined;
}

/** A file, and whether the setup made it now, put another content in it, or found it as it has to be. */
export interface SetUpFile {
  /** Below the folder: `order-service/redis-password`. */
  name: string;
  became: 'made' | 'changed' | 'unchanged';
}

const ACL_FILE = 'redis/users.acl';
const PASSWORD_FILE = 'redis-password';
const TOKEN_FILE = 'operator-token';

/** `order-service` gives `ORDER_SERVICE_REDIS_PASSWORD`. */
export function passwordVariableOf(user: User): string {
  return `${user.toUpperCase().replaceAll('-', '_')}_REDIS_PASSWORD`;
}

/**
 * Makes passwords for the shop's Redis users, their ACL file, and the operators' token. What is there stays: run again it changes
 * nothing, and interrupted it completes. What the environment gives is taken, also in the place of what is there; the ACL file
 * is the one of the passwords and of the prefix.
 *
 * @returns the files, in the order in which it saw to them
 * @throws SetupError
 */
export async function setUp({ out, environment, redisGroup }: SetupOptions): Promise<SetUpFile[]> {
  const prefix = prefixOf(environment);
  // All of them before the first file: a wrong one changes nothing.
  const given = USERS.map((user) => [user, givenSecret(environment, passwordVariableOf(user))] as const);
  const token = givenSecret(environment, 'OPERATOR_TOKEN');

  const folder = new SecretFolder(out);
  const files: SetUpFile[] = [];
  const passwords: Partial<Record<User, string>> = {};
  for (const [user, password] of given) {
    const readers: Readers = user === 'inspector' ? { byGroup: true, group: redisGroup } : { byGroup: false };
    passwords[user] = await settle(folder, `${user}/${PASSWORD_FILE}`, password, readers, files);
  }
  let shared = token;
  for (const reader of TOKEN_READERS) {
    // The first one counts: an interrupted change of it has begun there.
    shared = await settle(folder, `${reader}/${TOKEN_FILE}`, shared, { byGroup: false }, files);
  }
  // Last: whoever finds it finds all passwords.
  const acl = aclFile(passwords as Record<User, string>, prefix);
  const before = await folder.read(ACL_FILE);
  if (before !== acl) await folder.replace(ACL_FILE, acl, { byGroup: true, group: redisGroup });
  files.push({ name: ACL_FILE, became: before === acl ? 'unchanged' : before === undefined ? 'made' : 'changed' });
  return files;
}

/** Sees to one secret's file. @param given what has to be in it, whatever is @returns what is in it */
async function settle(
  folder: SecretFolder,
  name: string,
  given: string | undefined,
  readers: Readers,
  files: SetUpFile[],
): Promise<string> {
  let found = await folder.read(name);
  if (found === undefined) {
    const made = given ?? newSecret();
    if (await folder.make(name, `${made}\n`, readers)) {
      files.push({ name, became: 'made' });
      return made;
    }
    // Another process was faster.
    found = (await folder.read(name)) ?? '';
  }
  const secret = found.replace(/\r?\n$/, '');
  const isChanged = given !== undefined && given !== secret;
  if (isChanged) await folder.replace(name, `${given}\n`, readers);
  files.push({ name, became: isChanged ? 'changed' : 'unchanged' });
  return given ?? checkSecret(secret, `${folder.path}/${name}`);
}

function prefixOf(environment: Environment): string {
  const given = environment['EVENTS_PREFIX'];
  if (typeof given !== 'string' || given === '') return DEFAULT_PREFIX;
  if (PREFIX_FORM.test(given)) return given;
  throw new SetupError(`EVENTS_PREFIX takes letters, digits, "_", "." and "-"; it got ${JSON.stringify(given)}`, 'EVENTS_PREFIX'); // prettier-ignore
}
