import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { bits, moment, objectId, octets, sequence, set, tagged, taggedBytes, text, wholeNumber, yes } from './der.js';

/** A private key and its certificate (PEM). */
export interface Identity {
  name: string;
  key: KeyObject;
  publicKey: KeyObject;
  certificate: string;
}

/** The purpose of a certificate. */
export type Purpose = { kind: 'authority' } | { kind: 'server'; hosts: readonly string[] } | { kind: 'client' };

/** Certificates are valid for longer than the volume that holds them will be used, because nothing renews them. */
const VALID_YEARS = 30;

/** Certificates are valid from so long ago, because the clocks of other machines may be behind. */
const BEFORE_MS = 3_600_000;

const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';
const COMMON_NAME = '2.5.4.3';
const SUBJECT_KEY = '2.5.29.14';
const KEY_USAGE = '2.5.29.15';
const ALTERNATIVE_NAMES = '2.5.29.17';
const BASIC_CONSTRAINTS = '2.5.29.19';
const AUTHORITY_KEY = '2.5.29.35';
const EXTENDED_KEY_USAGE = '2.5.29.37';
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

/** Bits of the key usage: `keyCertSign`, and `digitalSignature`. */
const MAY_SIGN_CERTIFICATES = Buffer.from([0b0000_0100]);
const MAY_SIGN = Buffer.from([0b1000_0000]);

/**
 * Creates a key (P-256) and its certificate (X.509 version 3), signed by an authority, or an authority itself. Node.js can sign but
 * cannot create certificates, so the certificate is encoded here.
 */
export function issue(name: string, purpose: Purpose, authority?: Identity): Identity {
  const { privateKey: key, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = authority ?? { name, key, publicKey };
  const algorithm = sequence(objectId(ECDSA_WITH_SHA256));
  const now = Date.now();
  const until = new Date(now);
  until.setUTCFullYear(until.getUTCFullYear() + VALID_YEARS);
  const signed = sequence(
    tagged(0, wholeNumber(Buffer.from([2]))), // version 3
    wholeNumber(serialNumber()),
    algorithm,
    named(issuer.name),
    sequence(moment(new Date(now - BEFORE_MS)), moment(until)),
    named(name),
    spki(publicKey),
    tagged(3, sequence(...extensions(purpose, publicKey, issuer.publicKey))),
  );
  const der = sequence(signed, algorithm, bits(sign('sha256', signed, issuer.key)));
  return { name, key, publicKey, certificate: pem('CERTIFICATE', der) };
}

/** The private key of an identity, as the content of a file (PEM). */
export function keyFileOf({ key }: Identity): string {
  return key.export({ type: 'pkcs8', format: 'pem' }) as string;
}

function extensions(purpose: Purpose, own: KeyObject, issuers: KeyObject): Buffer[] {
  const isAuthority = purpose.kind === 'authority';
  const usage = isAuthority ? bits(MAY_SIGN_CERTIFICATES, 2) : bits(MAY_SIGN, 7);
  const common = [
    extension(BASIC_CONSTRAINTS, isAuthority ? sequence(yes()) : sequence(), true),
    extension(KEY_USAGE, usage, true),
    extension(SUBJECT_KEY, octets(keyId(own))),
  ];
  if (isAuthority) return common;
  const use = purpose.kind === 'server' ? SERVER_AUTH : CLIENT_AUTH;
  const hosts = purpose.kind === 'server' ? purpose.hosts.map((host) => taggedBytes(2, Buffer.from(host))) : [];
  return [
    ...common,
    extension(AUTHORITY_KEY, sequence(taggedBytes(0, keyId(issuers)))),
    extension(EXTENDED_KEY_USAGE, sequence(objectId(use))),
    ...(hosts.length === 0 ? [] : [extension(ALTERNATIVE_NAMES, sequence(...hosts))]),
  ];
}

function extension(id: string, content: Buffer, isCritical = false): Buffer {
  return sequence(objectId(id), ...(isCritical ? [yes()] : []), octets(content));
}

function named(name: string): Buffer {
  return sequence(set(sequence(objectId(COMMON_NAME), text(name))));
}

function spki(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

function keyId(key: KeyObject): Buffer {
  return createHash('sha1').update(spki(key)).digest();
}

/** 126 random bits after a leading 01: positive, and without leading zero bytes, as DER requires. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes;
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
