import { ERASED_JSON, MARK } from './erased.js';

/** What people see in place of personal data. */
const ENCRYPTED = '"(encrypted)"';
const GONE = '"(erased)"';

/** Encrypted values as publishers write them. Within a string the quotes are escaped, so such a text does not match. */
const SEALED = /\{"\$personal":1,"subject":"([^"\\]*)","key":(\d+),"sealed":"[\w-]*"\}/g;

/** The subjects whose data is encrypted in a payload, as it is written. */
export function subjectsIn(json: string): Set<string> {
  const subjects = new Set<string>();
  if (mayHave(json)) for (const [, subject = ''] of json.matchAll(SEALED)) subjects.add(subject);
  return subjects;
}

/**
 * A payload's JSON for people: in place of personal data it says `(encrypted)` or `(erased)`.
 *
 * @param destroyed the number of the last key of a subject that was destroyed; 0 for none
 */
export function shownPersonal(json: string, destroyed: (subject: string) => number = () => 0): string {
  if (!mayHave(json)) return json;
  return json
    .replaceAll(ERASED_JSON, GONE)
    .replace(SEALED, (_, subject: string, key: string) => (Number(key) <= destroyed(subject) ? GONE : ENCRYPTED));
}

function mayHave(json: string): boolean {
  return json.includes(`{"${MARK}":`);
}
