import { isId } from './envelope.js';
import { isObject, type Check, type Data } from './shape.js';

/** The property that marks encrypted or erased personal data. Its value is the version of the format. */
const MARK = '$personal';
const VERSION = 1;

/** The length of nonce and authentication tag of AES-256-GCM, in Base64url: encrypted data is at least as long. */
const MIN_SEALED_LENGTH = ((12 + 16) * 4) / 3;

/**
 * Checks personal data: plain, encrypted or erased. The audit has no keys, so it assumes that encrypted data is valid.
 */
export function personal(check: Check): Check {
  return (value, path) => {
    if (!isMarked(value)) return check(value, path);
    return isSealed(value) ? undefined : `${path} must be personal data of format ${String(VERSION)}`;
  };
}

/** Whether a value is marked as encrypted or erased personal data. */
export function isMarked(value: unknown): value is Data {
  return isObject(value) && Object.hasOwn(value, MARK);
}

function isSealed({ [MARK]: version, erased, subject, key, sealed }: Data): boolean {
  if (version !== VERSION) return false;
  if (erased === true) return true;
  return (
    typeof subject === 'string' &&
    isId(subject) &&
    Number.isSafeInteger(key) &&
    typeof sealed === 'string' &&
    sealed.length >= MIN_SEALED_LENGTH &&
    /^[\w-]*$/.test(sealed)
  );
}
