import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Readers, SecretFolder } from '../folder.js';
import type { SetUpFile } from '../setup.js';
import { USERS } from '../users.js';
import { issue, keyFileOf, type Purpose } from './certificate.js';

/** Who has a certificate, where its files are, and who may read them. */
interface Holder {
  name: string;
  purpose: Purpose;
  ca: string;
  certificate: string;
  key: string;
  byGroup: boolean;
}

/** The names under which Redis is reached: from the other containers, and in its own. */
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
 * Makes an authority for the shop's Redis and, signed by it, certificates for the server and for each user; what is there, and belongs
 * together, stays. Nobody keeps the authority's key: where something is missing, all is made anew.
 *
 * @param redisGroup as of `setUp`, which comes first
 * @returns the files, in the order in which it saw to them
 * @throws SetupError
 */
export async function setUpTls(folder: SecretFolder, redisGroup?: number): Promise<SetUpFile[]> {
  const names = HOLDERS.flatMap(({ ca, certificate, key }) => [ca, certificate, key]);
  const isWhole =
    (await Promise.all(HOLDERS.map((holder) => isInOrder(folder, holder)))).every(Boolean) && (await isOne(folder));
  if (isWhole) return names.map((name) => ({ name, became: 'unchanged' }));

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
      files.push({ name: file, became: before === undefined ? 'made' : 'changed' });
    }
  }
  return files;
}

/** Whether a holder has a certificate of the authority it trusts, which has not run out, and its key. */
async function isInOrder(folder: SecretFolder, holder: Holder): Promise<boolean> {
  const [ca, certificate, key] = await Promise.all(
    [holder.ca, holder.certificate, holder.key].map((name) => folder.read(name)),
  );
  if (ca === undefined || certificate === undefined || key === undefined) return false;
  try {
    const [authority, own] = [new X509Certificate(ca), new X509Certificate(certificate)];
    const isValid = Date.parse(own.validTo) > Date.now();
    return isValid && own.verify(authority.publicKey) && own.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false; // cut off
  }
}

/** Whether all trust the same authority. */
async function isOne(folder: SecretFolder): Promise<boolean> {
  return new Set(await Promise.all(HOLDERS.map(({ ca }) => folder.read(ca)))).size === 1;
}
