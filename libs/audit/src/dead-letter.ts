import type { StreamName } from '@shop/contracts/facts';
import { fieldOf } from './events/envelope.js';

/** A delivery that a group gave up, as `<stream>:dead-letters` tells it; empty texts for what it does not say. */
export interface DeadLetter {
  /** Its own entry id, in the stream of dead letters. */
  id: string;
  /** The stream, without prefix, that the entry is from. */
  stream: StreamName;
  entryId: string;
  group: string;
  reason: string;
  errorName: string;
  errorMessage: string;
  eventId: string;
  /** Whether somebody injected the entry, to see it become a dead letter. */
  isInjected: boolean;
}

/** Before the names of the original entry's fields. */
const ORIGINAL = 'entry.';
/** An original of thousands of fields stands in one: a JSON array of them, in Base64 where they are not UTF-8. */
const WHOLE = 'entry_json';
const WHOLE_BASE64 = 'entry_base64';

/** Reads an entry of a stream's dead letters. */
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

/** What an entry of the history was about: `<stream> <entry id> <group>`. */
export function settledDeadLetter(stream: StreamName, fields: readonly string[]): string {
  const value = (name: string): string => fields[fields.indexOf(name) + 1] ?? '';
  return `${stream} ${value('entryId')} ${value('group')}`;
}

/** Whether it says why the delivery was given up. */
export function namesItsCause({ reason, errorName, errorMessage }: DeadLetter): boolean {
  return reason !== '' && errorName !== '' && errorMessage.trim() !== '';
}

/** The dead letter of an entry and a group, if there is one. */
export type FindDeadLetter = (stream: StreamName, entryId: string, group: string) => DeadLetter | undefined;

/** Makes the dead letters findable. */
export function deadLetterFinder(deadLetters: readonly DeadLetter[]): FindDeadLetter {
  const key = (stream: string, entryId: string, group: string): string => `${stream} ${entryId} ${group}`;
  const found = new Map(
    deadLetters.map((deadLetter) => [key(deadLetter.stream, deadLetter.entryId, deadLetter.group), deadLetter]),
  );
  return (stream, entryId, group) => found.get(key(stream, entryId, group));
}
