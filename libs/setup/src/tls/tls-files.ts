import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Readers, SecretFolder } from '../folder.js';
import type { SetUpFile } from '../setup.js';
import { USERS } from '../users.js';
import { issue, keyFileOf, type Purpose } from './certificate.js';

/** The owner of a certificate, its files, and who may read them. */
interface Holder {
  name: string;
  purpose: Purpose;
  ca: string;
  certificate: string;
  key: string;
  byGroup: boolean;
}

/** The host names of Redis: for the other containers, and in its own. */
const HOSTS = ['redis', 'localhost'];

const HOLDERS: readonly Holder[] = [
  ...USERS.map((user): Holder => {
    const files = {
      ca: `${user}/tls-ca.pem`,
      certificate: `${user}/tls-client.pem`,
      key: `${user}/tls-client-key.pem`,
    };
    return { name: user, purpose: { kind: 'client' }, ...files, byGroup: user === 'inspector' };
  }),
  {
    name: 'redis',
    purpose: { kind: 'server', hosts: HOSTS },
    ca: 'redis/tls-ca.pem',
    certificate: 'redis/tls-server.pem',
    key: 'redis/tls-server-key.pem',
    byGroup: true,
  },
];

/**
 * Creates an authority for the shop's Redis, and certificates of it for the server and for each user. Existing files are kept if they
 * are complete and valid. Otherwise all are created again, because the authority's key is not stored.
 *
 * @param redisGroup as for `setUp`, which must be called before
 * @returns the files, in the order in which they were checked
 * @throws SetupError
 */
export async function setUpTls(folder: SecretFolder, redisGroup?: number): Promise<SetUpFile[]> {
  const names = HOLDERS.flatMap(({ ca, certificate, key }) => [ca, certificate, key]);
  const isComplete =
    (await Promise.all(HOLDERS.map((holder) => isValidIdentity(folder, holder)))).every(Boolean) &&
    (await hasOneAuthority(folder));
  if (isComplete) return names.map((name) => ({ name, result: 'unchanged' }));

  const authority = issue('authority of the shop', { kind: 'authority' });
  const files: SetUpFile[] = [];
  for (const { name, purpose, ca, certificate, key, byGroup } of HOLDERS) {
    const readers: Readers = byGroup ? { byGroup, group: redisGroup } : { byGroup };
    const identity = issue(name, purpose, authority);
    for (const [file, content] of [
      [ca, authority.certificate],
      [certificate, identity.certificate],
      [key, keyFileOf(identity)],
    ] as const) {
      const before = await folder.read(file);
      await folder.replace(file, content, readers);
      files.push({ name: file, result: before === undefined ? 'created' : 'changed' });
    }
  }
  return files;
}

/** Whether a holder's certificate is signed by the authority that it trusts, has not expired, and belongs to its key. */
async function isValidIdentity(folder: SecretFolder, holder: Holder): Promise<boolean> {
  const [ca, certificate, key] = await Promise.all(
    [holder.ca, holder.certificate, holder.key].map((name) => folder.read(name)),
  );
  if (ca === undefined || certificate === undefined || key === undefined) return false;
  try {
    const [authority, own] = [new X509Certificate(ca), new X509Certificate(certificate)];
    const isValid = Date.parse(own.validTo) > Date.now();
    return isValid && own.verify(authority.publicKey) && own.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false; // a file cannot be parsed
  }
}

/** Whether all holders trust the same authority. */
async function hasOneAuthority(folder: SecretFolder): Promise<boolean> {
  return new Set(await Promise.all(HOLDERS.map(({ ca }) => folder.read(ca)))).size === 1;
}
