import os from 'node:os';
import {
  type OperatorNote,
  DeadLetterGoneError,
  KeyParkedError,
  OriginalGoneError,
  EventPayloadError,
} from 'nestjs-event-streams/core';
import { safe } from 'nestjs-event-streams/text';
import type { Context } from '../../context.js';
import { EXIT, type ExitCode } from '../../exit-codes.js';
import type { OptionSpecs } from '../../options.js';
import { confirm } from '../../terminal/confirm.js';
import { Progress } from '../../terminal/progress.js';
import { count, cut, number } from '../../terminal/text.js';
import type { Chosen } from './selection.js';

/** Options of the commands that change dead letters. */
export const ACT_OPTIONS = {
  all: { type: 'boolean', what: 'select all dead letters of the stream' },
  yes: { type: 'boolean', short: 'y', what: 'do not ask for confirmation' },
  by: { type: 'string', value: '<name>', what: 'your name, for the history (the user of this machine)' },
  why: { type: 'string', value: '<text>', what: 'the reason, for the history' },
} as const satisfies OptionSpecs;

/** How many causes the question names; the others are counted. */
const SHOWN_CAUSES = 8;
const MAX_CAUSE_LENGTH = 500;

/** An action on dead letters: its words, and what it does to one. */
export interface Act {
  /** `Replaying` */
  doing: string;
  /** `replayed` */
  done: 'replayed' | 'discarded';
  /** What will happen, in sentences. */
  consequences: readonly string[];
  /** @returns what to add to its row of JSON */
  one(deadLetter: Chosen, note: OperatorNote): Promise<Record<string, unknown>>;
}

/**
 * Says what will happen, asks, and does it to one after the other.
 *
 * @returns 1 when the answer was no, or something could not be done
 */
export async function carryOut(
  context: Context,
  stream: string,
  deadLetters: readonly Chosen[],
  options: { yes?: boolean; by?: string; why?: string },
  act: Act,
): Promise<ExitCode> {
  const { session, output, json, signal } = context;
  if (!options.yes) {
    const key = safe(session.keyspace.deadLetters(stream));
    output.stderr.write(
      `${[`${count(deadLetters.length, 'dead letter')} of ${key}:`, ...causesOf(deadLetters), ...act.consequences].join('\n')}\n`,
    );
    if (!(await confirm(context, 'Go on?'))) {
      output.notice('Nothing was done.');
      return signal.aborted ? EXIT.interrupted : EXIT.unmet;
    }
  }
  const { username } = os.userInfo();
  const note: OperatorNote = { by: options.by ?? username, why: options.why ?? '' };
  let done = 0;
  let behind = 0;
  let isWhole = true;
  try {
    using progress = new Progress(output.stderr, act.doing, deadLetters.length);
    for (const deadLetter of deadLetters) {
      if (signal.aborted) break;
      const row = { stream, id: deadLetter.id, entryId: deadLetter.entryId, group: deadLetter.group, action: act.done };
      try {
        const more = await act.one(deadLetter, note);
        done += 1;
        if (json) await output.row({ ...row, ...more });
      } catch (error) {
        const isBehind = error instanceof KeyParkedError && deadLetters.length > 1;
        if (isBehind) behind += 1;
        else if (!isRefusal(error)) throw error;
        else isWhole = false;
        if (json) await output.row({ ...row, action: isBehind ? 'follows' : 'none', error: (error as Error).message });
        else if (!isBehind) output.notice((error as Error).message);
      }
      progress.step();
    }
  } finally {
    const of = done === deadLetters.length ? '' : `${number(done)} of `;
    const follow = behind === 0 ? '' : `; ${count(behind, 'follows', 'follow')} behind the first of the same key`;
    const line = `${of}${count(deadLetters.length, 'dead letter')} ${act.done}${follow}.`;
    if (json) output.notice(line);
    else await output.line(line);
  }
  if (signal.aborted) return EXIT.interrupted;
  return isWhole ? EXIT.ok : EXIT.unmet;
}

const REFUSALS = [DeadLetterGoneError, KeyParkedError, OriginalGoneError, EventPayloadError];

/** Whether an error concerns one dead letter, so that the others can go on. */
function isRefusal(error: unknown): boolean {
  return REFUSALS.some((type) => error instanceof type);
}

/** How many dead letters have which cause, most first. */
function causesOf(deadLetters: readonly Chosen[]): string[] {
  const counts = new Map<string, number>();
  for (const { group, handler, type, errorName } of deadLetters) {
    const who = handler === '-' ? group : `${group} ${handler}`;
    const cause = cut(safe(`${type ?? 'not an event'} given up by ${who}, ${errorName}`), MAX_CAUSE_LENGTH);
    counts.set(cause, (counts.get(cause) ?? 0) + 1);
  }
  const causes = [...counts].sort(([, a], [, b]) => b - a);
  const shown = causes.slice(0, SHOWN_CAUSES).map(([cause, times]) => `  ${String(times).padStart(5)}  ${cause}`);
  const rest = causes.length - shown.length;
  return rest > 0 ? [...shown, `         … and ${count(rest, 'other cause')}`] : shown;
}
