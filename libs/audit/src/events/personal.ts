import { isId } from './envelope.js';
import { isObject, type Check, type Data } from './shape.js';

/** What says that something stands in the place of personal data, and in which version of the format. */
const MARK = '$personal';
const VERSION = 1;

/** Nonce and authentication tag of AES-256-GCM: what is encrypted is at least as long, in Base64url. */
const LEAST_SEALED = ((12 + 16) * 4) / 3;

/**
 * Personal data: as it is, encrypted or erased. The audit has no keys: it takes for granted that what is encrypted was valid when it was.
 */
export function personal(check: Check): Check {
  return (value, path) => {
    if (!isMarked(value)) return check(value, path);
    return isSealed(value) ? undefined : `${path} must be personal data of format ${String(VERSION)}`;
  };
}

/** Whether it says that it stands for personal data. */
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
    sealed.length >= LEAST_SEALED &&
    /^[\w-]*$/.test(sealed)
  );
}
