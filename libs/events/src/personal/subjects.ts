import type { OperatorNote } from '../model/operator-note.js';
import { ID, shown } from '../model/fields.js';
import { ConfigurationError } from '../model/errors/configuration.js';
import { isForbidden } from '../model/errors/redis.js';
import type { Partitions } from '../stream/keys/partitions.js';
import type { StreamClient } from '../stream/clients/stream-client.js';
import { shownPersonal, subjectsIn } from './shown.js';
import { KEYS_KEPT_MS } from './subject-keys.js';

/** How many subjects one command asks about. */
const MAX_AT_ONCE = 1000;

/** That a subject was forgotten: the last time, if there were several. */
export interface ForgottenSubject {
  /** The number of the last key that was destroyed: what was encrypted with this one, or one before, is erased. 0 for none. */
  number: number;
  /** Who did it; empty if nobody said so. */
  by: string;
  /** The reason; empty if nobody gave one. */
  why: string;
  /** When it was done: RFC 3339. */
  at: string;
}

/** The people, or whoever else, whose data `@Personal()` marks: those who ask to be forgotten are. */
export class Subjects {
  /** @internal */
  constructor(
    private readonly client: StreamClient,
    private readonly partitions: Partitions,
  ) {}

  /**
   * Destroys the key of a subject. When it resolves, a second later, no process reads or encrypts with it any more. One that was
   * interrupted is done again as a whole, and does no harm to what was done.
   *
   * @param note who does it and why, for {@link forgotten}
   * @returns whether there was a key to destroy
   * @throws ConfigurationError when this can be no subject
   * @throws RedisUnavailableError, Redis' own error (`ReplyError`): then the key may be there or not, do it again
   */
  async forget(subject: string, note: Partial<OperatorNote> = {}): Promise<boolean> {
    demandSubject(subject);
    const { by = '', why = '' } = note;
    const text = JSON.stringify({ by, why, at: new Date().toISOString() });
    let wasThere = false;
    for (const keyspace of this.partitions.all) {
      const keys = [keyspace.subjectKeys(), keyspace.forgottenSubjects()];
      if (await this.client.subjects.forget(keys, subject, text)) wasThere = true;
    }
    // Whoever has asked for it before uses it for so long.
    await new Promise((resolve) => setTimeout(resolve, KEYS_KEPT_MS));
    return wasThere;
  }

  /**
   * Payloads as people are to see them, without asking for a key: in the places of personal data they say whether it is encrypted
   * or erased.
   *
   * @param payloads their JSON, as it is written
   */
  async shown(payloads: readonly string[]): Promise<string[]> {
    // Every partition has who was forgotten.
    const forgottenSubjects = this.partitions.at(0).forgottenSubjects();
    const subjects = [...new Set(payloads.flatMap((json) => [...subjectsIn(json)]))];
    const destroyed = new Map<string, number>();
    for (let first = 0; first < subjects.length; first += MAX_AT_ONCE) {
      const some = subjects.slice(first, first + MAX_AT_ONCE);
      const texts = await this.client.reads.hashFields(forgottenSubjects, some).catch((error: unknown) => {
        // Who may not even know who was forgotten sees that something is encrypted.
        if (isForbidden(error)) return [];
        throw error;
      });
      for (const [index, subject] of some.entries()) destroyed.set(subject, forgottenOf(texts[index] ?? '').number);
    }
    return payloads.map((json) => shownPersonal(json, (subject) => destroyed.get(subject) ?? 0));
  }

  /**
   * Whether and when a subject was forgotten, in any partition; it may have come back since then.
   *
   * @throws ConfigurationError when this can be no subject
   */
  async forgotten(subject: string): Promise<ForgottenSubject | undefined> {
    demandSubject(subject);
    const found = await Promise.all(
      this.partitions.all.map(async (keyspace) => {
        const [text] = await this.client.reads.hashFields(keyspace.forgottenSubjects(), [subject]);
        return text === null || text === undefined ? undefined : forgottenOf(text);
      }),
    );
    return found.filter((one) => one !== undefined).sort((a, b) => (a.at < b.at ? 1 : -1))[0];
  }
}

function demandSubject(subject: unknown): void {
  if (!ID.holds(subject)) throw new ConfigurationError(`Expected a subject as ${ID.expected}, got ${shown(subject)}`);
}

/** What the hash of forgotten subjects has of one. */
export function forgottenOf(text: string): ForgottenSubject {
  const bar = text.indexOf('|');
  const number = Number.parseInt(text, 10);
  let note: Partial<Record<keyof ForgottenSubject, unknown>> = {};
  try {
    note = Object(JSON.parse(text.slice(bar + 1))) as typeof note;
  } catch {
    // Somebody else has written it: the number is what counts.
  }
  const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
  return { number: Number.isNaN(number) ? 0 : number, by: textOf(note.by), why: textOf(note.why), at: textOf(note.at) };
}
