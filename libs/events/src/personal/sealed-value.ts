import { createCipheriv, createDecipheriv, randomFillSync, type KeyObject } from 'node:crypto';
import { ID } from '../model/fields.js';
import { EventDecodeError } from '../model/errors/event.js';
import { bounded } from '../log/safe-text.js';
import { ERASED, FORMAT, isErased, MARK } from './erased.js';

/** A key of a subject. A subject that was forgotten and comes back gets a new key, with the next number. */
export interface SubjectKey {
  /** From 1 on. */
  number: number;
  key: KeyObject;
}

/** The event that an encrypted value belongs to: it can be decrypted in this event alone. */
export interface SealedIn {
  eventId: string;
  eventType: string;
}

/** An encrypted value as it stands in a payload. */
export interface SealedValue {
  [MARK]: typeof FORMAT;
  subject: string;
  /** Which of the subject's keys. */
  key: number;
  /** Base64url: the nonce, the ciphertext, the tag. */
  sealed: string;
}

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const BASE64URL = /^[A-Za-z0-9_-]*$/;
/** How much of a path a message shows, in characters. */
const MAX_PATH_LENGTH = 200;

/** Random bytes for many nonces at once: to ask for each nonce would take a third of the time of an encryption. */
const store = Buffer.alloc(NONCE_BYTES * 256);
let used = store.length;

function nonce(): Buffer {
  if (used === store.length) {
    randomFillSync(store);
    used = 0;
  }
  const own = Buffer.from(store.subarray(used, used + NONCE_BYTES));
  used += NONCE_BYTES;
  return own;
}

/** The associated data, by which a value can be decrypted only in its event, at its path. */
function associated({ eventId, eventType }: SealedIn, path: string, subject: string, number: number): Buffer {
  return Buffer.from(JSON.stringify([FORMAT, eventId, eventType, path, subject, number]));
}

/** Encrypts a value. @param json of the value @returns the JSON of what stands in its place */
export function sealedJson(
  json: string,
  { number, key }: SubjectKey,
  subject: string,
  where: SealedIn,
  path: string,
): string {
  const iv = nonce();
  const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(associated(where, path, subject, number));
  const parts = [iv, cipher.update(json, 'utf8'), cipher.final()];
  const sealed = Buffer.concat([...parts, cipher.getAuthTag()]).toString('base64url');
  return jsonOf(subject, number, sealed);
}

function jsonOf(subject: string, number: number, sealed: string): string {
  return `{"${MARK}":${String(FORMAT)},"subject":${JSON.stringify(subject)},"key":${String(number)},"sealed":"${sealed}"}`;
}

/** JSON of the form and length that the encrypted value will have, to know its size before. @param bytes of the value's JSON */
export function likeSealedJson(bytes: number, subject: string): string {
  const length = Math.ceil(((NONCE_BYTES + bytes + TAG_BYTES) * 4) / 3);
  return jsonOf(subject, Number.MAX_SAFE_INTEGER, 'A'.repeat(length));
}

/**
 * Decrypts a value.
 *
 * @returns its JSON
 * @throws EventDecodeError when it was changed, or encrypted for another event or field
 */
export function openedJson(value: SealedValue, { key }: SubjectKey, where: SealedIn, path: string): string {
  const bytes = Buffer.from(value.sealed, 'base64url');
  try {
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(associated(where, path, value.subject, value.key));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    return decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  } catch (cause) {
    throw new EventDecodeError(
      `Expected ${bounded(path, MAX_PATH_LENGTH)} as it was encrypted for this event: it was changed, or belongs to another event or field`,
      { cause },
    );
  }
}

/**
 * What a value in the place of personal data is: encrypted, erased, or neither.
 *
 * @throws EventDecodeError when it is marked as one of them, and has no form that this version knows
 */
export function sealedValueOf(value: unknown, path: string): SealedValue | typeof ERASED | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, MARK)) return undefined;
  if (isErased(value)) return ERASED;
  const { [MARK]: format, subject, key, sealed } = value as Record<string, unknown>;
  const isWhole =
    typeof sealed === 'string' && sealed.length * 3 >= (NONCE_BYTES + TAG_BYTES) * 4 && BASE64URL.test(sealed);
  if (format === FORMAT && ID.holds(subject) && Number.isSafeInteger(key) && isWhole) return value as SealedValue;
  throw new EventDecodeError(
    `Expected ${bounded(path, MAX_PATH_LENGTH)} as personal data of format ${String(FORMAT)}: {"${MARK}":1,"subject":"…","key":1,"sealed":"…"}`,
  );
}
