import { ERASED_JSON, MARK } from './erased.js';

/** What stands in a shown payload for personal data. */
const ENCRYPTED = '"(encrypted)"';
const GONE = '"(erased)"';

/** Encrypted values as publishers write them. What stands within a string has other quotes, and is none. */
const SEALED = /\{"\$personal":1,"subject":"([^"\\]*)","key":(\d+),"sealed":"[\w-]*"\}/g;

/** The subjects whose data is encrypted in a payload, as it is written. */
export function subjectsIn(json: string): Set<string> {
  const subjects = new Set<string>();
  if (mayHave(json)) for (const [, subject = ''] of json.matchAll(SEALED)) subjects.add(subject);
  return subjects;
}

/**
 * A payload's JSON for people: in the places of personal data it says whether that is encrypted or erased.
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
