import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setUp, USERS } from '../src/index.js';
import { issue, keyFileOf } from '../src/tls/certificate.js';
import { moment, objectId, wholeNumber } from '../src/tls/der.js';
import { SecretFolder } from '../src/folder.js';
import { setUpTls } from '../src/tls/tls-files.js';

describe('a certificate', () => {
  const authority = issue('authority', { kind: 'authority' });
  const ca = new X509Certificate(authority.certificate);

  it('is signed by its authority, for one purpose', () => {
    const identity = issue('redis', { kind: 'server', hosts: ['redis', 'localhost'] }, authority);
    const server = new X509Certificate(identity.certificate);
    expect(server.verify(ca.publicKey)).toBe(true);
    expect(server.checkIssued(ca)).toBe(true);
    expect(server.checkPrivateKey(createPrivateKey(keyFileOf(identity)))).toBe(true);
    expect(server).toMatchObject({ subject: 'CN=redis', issuer: 'CN=authority', ca: false });
    expect(server.subjectAltName).toBe('DNS:redis, DNS:localhost');
    expect(server.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    const client = new X509Certificate(issue('processor', { kind: 'client' }, authority).certificate);
    expect(client.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(client.subjectAltName).toBeUndefined();
    expect(client.serialNumber).not.toBe(server.serialNumber);
  });

  it('is an authority only if it says so, and is not signed by another authority', () => {
    expect(ca).toMatchObject({ ca: true });
    expect(ca.verify(ca.publicKey)).toBe(true);
    const other = new X509Certificate(issue('authority', { kind: 'authority' }).certificate);
    expect(other.verify(ca.publicKey)).toBe(false);
  });

  it('is valid from before now, for decades', () => {
    expect(Date.parse(ca.validFrom)).toBeLessThan(Date.now());
    expect(new Date(ca.validTo).getUTCFullYear() - new Date().getUTCFullYear()).toBe(30);
  });
});

describe('DER', () => {
  it('has the bytes of the standard', () => {
    expect(objectId('1.2.840.10045.4.3.2').toString('hex')).toBe('06082a8648ce3d040302');
    expect(wholeNumber(Buffer.from([0x80])).toString('hex')).toBe('02020080');
    expect(wholeNumber(Buffer.from([0x7f])).toString('hex')).toBe('02017f');
    expect(moment(new Date('2049-12-31T23:59:59.999Z')).toString('latin1')).toBe('\x17\x0d491231235959Z');
    expect(moment(new Date('2050-01-01T00:00:00Z')).toString('latin1')).toBe('\x18\x0f20500101000000Z');
  });
});

describe('the certificates of the shop', () => {
  let out: string;
  beforeEach(async () => {
    out = await mkdtemp(path.join(tmpdir(), 'certificates-'));
    await setUp({ out, environment: {} });
  });
  afterEach(() => rm(out, { recursive: true }));

  const result = async () => new Set((await setUpTls(new SecretFolder(out))).map((file) => file.result));
  const read = (name: string) => readFile(path.join(out, name), 'utf8');

  it('are created once, for the server and each user, with keys that only their owners can read', async () => {
    expect(await result()).toEqual(new Set(['created']));
    expect(await result()).toEqual(new Set(['unchanged']));
    const ca = new X509Certificate(await read('redis/tls-ca.pem'));
    for (const user of USERS) {
      const own = new X509Certificate(await read(`${user}/tls-client.pem`));
      expect(own.subject).toBe(`CN=${user}`);
      expect(own.verify(ca.publicKey)).toBe(true);
      const { mode } = await stat(path.join(out, user, 'tls-client-key.pem'));
      expect((mode & 0o777).toString(8)).toBe(user === 'inspector' ? '640' : '600');
    }
  });

  it.each<[string, (file: string) => Promise<void>]>([
    ['missing', (file) => rm(file)],
    ['cut off', (file) => writeFile(file, '-----BEGIN')],
    ['of another authority', (file) => writeFile(file, issue('other', { kind: 'authority' }).certificate)],
  ])('are created again if one is %s', async (_, spoil) => {
    for (const name of ['processor/tls-client.pem', 'redis/tls-ca.pem']) {
      await result();
      const before = await read('audit/tls-client.pem');
      await spoil(path.join(out, name));
      expect(await result()).toContain('changed');
      expect(await read('audit/tls-client.pem')).not.toBe(before);
      expect(await result()).toEqual(new Set(['unchanged']));
    }
  });
});
