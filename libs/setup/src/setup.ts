import { DEFAULT_PREFIX, PREFIX_FORM } from '@shop/contracts';
import type { Environment } from 'nestjs-event-streams/internal/address';
import { aclFile } from './acl-file.js';
import { SecretFolder, type Readers } from './folder.js';
import { checkSecret, givenSecret, newSecret } from './secret.js';
import { SetupError } from './setup-error.js';
import { TOKEN_READERS, USERS, type User } from './users.js';

/** Options of {@link setUp}. */
export interface SetupOptions {
  /** The folder of all files. */
  out: string;
  /** `EVENTS_PREFIX`, `OPERATOR_TOKEN`, and for each user a password such as `ORDER_SERVICE_REDIS_PASSWORD`; or `…_FILE`. */
  environment: Environment;
  /**
   * The id of Redis' group in its container: it may read the ACL file and the inspector's password. The process must be root, or belong
   * to that group. @default the group of new files
   */
  redisGroup?: number | undefined;
}

/** A file, and what the setup has done with it. */
export interface SetUpFile {
  /** The path in the folder: `order-service/redis-password`. */
  name: string;
  result: 'created' | 'changed' | 'unchanged';
}

const ACL_FILE = 'redis/users.acl';
const PASSWORD_FILE = 'redis-password';
const TOKEN_FILE = 'operator-token';

/** `order-service` gives `ORDER_SERVICE_REDIS_PASSWORD`. */
export function passwordVariableOf(user: User): string {
  return `${user.toUpperCase().replaceAll('-', '_')}_REDIS_PASSWORD`;
}

/**
 * Creates passwords for the shop's Redis users, their ACL file, and the operators' token. Existing files are kept, so a second run
 * changes nothing, and completes an interrupted one. Secrets of the environment replace existing ones. The ACL file is always made from
 * the passwords and the prefix.
 *
 * @returns the files, in the order in which they were checked
 * @throws SetupError
 */
export async function setUp({ out, environment, redisGroup }: SetupOptions): Promise<SetUpFile[]> {
  const prefix = prefixOf(environment);
  // All are checked before the first file is written, so that a wrong one changes nothing.
  const given = USERS.map((user) => [user, givenSecret(environment, passwordVariableOf(user))] as const);
  const token = givenSecret(environment, 'OPERATOR_TOKEN');

  const folder = new SecretFolder(out);
  const files: SetUpFile[] = [];
  const passwords: Partial<Record<User, string>> = {};
  for (const [user, password] of given) {
    const readers: Readers = user === 'inspector' ? { byGroup: true, group: redisGroup } : { byGroup: false };
    passwords[user] = await ensureSecret(folder, `${user}/${PASSWORD_FILE}`, password, readers, files);
  }
  let shared = token;
  for (const reader of TOKEN_READERS) {
    // The first file is the reference: an interrupted change has begun there.
    shared = await ensureSecret(folder, `${reader}/${TOKEN_FILE}`, shared, { byGroup: false }, files);
  }
  // Written last: when it exists, all passwords exist.
  const acl = aclFile(passwords as Record<User, string>, prefix);
  const before = await folder.read(ACL_FILE);
  if (before !== acl) await folder.replace(ACL_FILE, acl, { byGroup: true, group: redisGroup });
  files.push({ name: ACL_FILE, result: before === acl ? 'unchanged' : before === undefined ? 'created' : 'changed' });
  return files;
}

/** Creates or updates the file of a secret. @param given the secret that it must hold; undefined to keep or create one @returns the secret */
async function ensureSecret(
  folder: SecretFolder,
  name: string,
  given: string | undefined,
  readers: Readers,
  files: SetUpFile[],
): Promise<string> {
  let found = await folder.read(name);
  if (found === undefined) {
    const created = given ?? newSecret();
    if (await folder.create(name, `${created}\n`, readers)) {
      files.push({ name, result: 'created' });
      return created;
    }
    // Another process was faster.
    found = (await folder.read(name)) ?? '';
  }
  const secret = found.replace(/\r?\n$/, '');
  const isChanged = given !== undefined && given !== secret;
  if (isChanged) await folder.replace(name, `${given}\n`, readers);
  files.push({ name, result: isChanged ? 'changed' : 'unchanged' });
  return given ?? checkSecret(secret, `${folder.path}/${name}`);
}

function prefixOf(environment: Environment): string {
  const given = environment['EVENTS_PREFIX'];
  if (typeof given !== 'string' || given === '') return DEFAULT_PREFIX;
  if (PREFIX_FORM.test(given)) return given;
  throw new SetupError(`EVENTS_PREFIX takes letters, digits, "_", "." and "-"; it got ${JSON.stringify(given)}`, 'EVENTS_PREFIX'); // prettier-ignore
}
