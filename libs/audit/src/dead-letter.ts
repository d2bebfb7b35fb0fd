import type { StreamName } from '@shop/contracts/facts';
import { fieldOf } from './events/envelope.js';

/** An entry of `<stream>:dead-letters`. A field that it does not have is ''. */
export interface DeadLetter {
  /** Its id in the dead-letter stream. */
  id: string;
  /** The stream of the original entry, without prefix. */
  stream: StreamName;
  entryId: string;
  group: string;
  reason: string;
  errorName: string;
  errorMessage: string;
  eventId: string;
  /** Whether the original entry was injected as poison. */
  isInjected: boolean;
}

/** The prefix of the original entry's fields. */
const ORIGINAL = 'entry.';
/** An original with thousands of fields is one field: a JSON array, of Base64 if they are not UTF-8. */
const WHOLE = 'entry_json';
const WHOLE_BASE64 = 'entry_base64';

/** Reads an entry of a dead-letter stream. @param poison the `event_id` of each injected entry */
export function readDeadLetter(
  stream: StreamName,
  id: string,
  fields: readonly string[],
  poison: ReadonlySet<string>,
): DeadLetter {
  const entry = new Map<string, string>();
  for (let index = 0; index + 1 < fields.length; index += 2) entry.set(fields[index] ?? '', fields[index + 1] ?? '');
  const text = (field: string): string => entry.get(field) ?? '';
  const eventId = text(`${ORIGINAL}event_id`) || fieldOf(wholeOriginal(text(WHOLE), text(WHOLE_BASE64)), 'event_id');
  return {
    id,
    stream,
    entryId: text('entry_id'),
    group: text('group'),
    reason: text('reason'),
    errorName: text('error_name'),
    errorMessage: text('error_message'),
    eventId,
    isInjected: poison.has(eventId),
  };
}

function wholeOriginal(texts: string, base64: string): string[] {
  if (texts !== '') return JSON.parse(texts) as string[];
  return base64 === '' ? [] : (JSON.parse(base64) as string[]).map((field) => Buffer.from(field, 'base64').toString());
}

/** The dead letter that an entry of the history replayed or discarded: `<stream> <entry id> <group>`. */
export function settledDeadLetter(stream: StreamName, fields: readonly string[]): string {
  const value = (name: string): string => fields[fields.indexOf(name) + 1] ?? '';
  return `${stream} ${value('entryId')} ${value('group')}`;
}

/** Whether it says why the event became a dead letter. */
export function namesItsCause({ reason, errorName, errorMessage }: DeadLetter): boolean {
  return reason !== '' && errorName !== '' && errorMessage.trim() !== '';
}

/** The dead letter of an entry and a group, if there is one. */
export type FindDeadLetter = (stream: StreamName, entryId: string, group: string) => DeadLetter | undefined;

/** Indexes dead letters by entry and group. */
export function deadLetterFinder(deadLetters: readonly DeadLetter[]): FindDeadLetter {
  const key = (stream: string, entryId: string, group: string): string => `${stream} ${entryId} ${group}`;
  const found = new Map(
    deadLetters.map((deadLetter) => [key(deadLetter.stream, deadLetter.entryId, deadLetter.group), deadLetter]),
  );
  return (stream, entryId, group) => found.get(key(stream, entryId, group));
}
