import { Injectable } from '@nestjs/common';
import {
  compareEntryIds,
  DeadLetterGoneError,
  DeadLetters,
  EventPayloadError,
  KeyParkedError,
  OriginalGoneError,
} from 'nestjs-event-streams';
import { isEntryId } from 'nestjs-event-streams/internal';
import type { Actor } from '../access/actor.js';
import { Problem } from '../access/problem.js';
import { ActionLog, type Action } from '../actions/action-log.js';
import type {
  DeadLetterActionRequest,
  DeadLetterActionResult,
  DeadLetterCause,
  DeadLetterGroups,
  DeadLetterPage,
  DeadLetterPreview,
  DeadLetterSelection,
  DeadLetterView,
} from '../contract/dead-letters.js';
import { DeadLetterBook } from '../observe/dead-letters/dead-letter-book.js';
import { Surveyor } from '../observe/surveyor.js';
import {
  BOOKED_BYTES,
  bookedOf,
  type BookedDeadLetter,
  type StreamDeadLetters,
} from '../observe/dead-letters/stream-dead-letters.js';
import { Observatory } from '../observe/observatory.js';
import { FRESH_MS } from '../observe/timing.js';
import { consumersOf } from '../overview/consumers.js';
import { whyTooComplex } from '../streams/entry-summary.js';
import { StreamsService } from '../streams/streams.service.js';
import { causeOf, causesOf, viewOf } from './causes.js';
import { requireOnePartition } from './partitions.js';
import { previewOf } from './preview.js';
import { checkedSelection } from './selection.js';

const DEFAULT_COUNT = 50;
/** About how many characters a page of dead letters has, and up to which size each one is shown whole, in bytes. */
const MAX_PAGE_LENGTH = 2 * 1024 * 1024;
const LISTED_BYTES = 64 * 1024;
/** How many dead letters one request replays or discards: the rest needs another request. */
const MAX_AT_ONCE = 10_000;

/** The dead letters that an action applies to, see `ActedOn`. */
interface Chosen {
  stream: string;
  deadLetters: BookedDeadLetter[];
  gone: number;
  /** How many more were selected than one request handles. */
  beyond: number;
}

/** The result of an action, and the dead letters that it skipped. */
interface Acted extends DeadLetterActionResult {
  leftIds: string[];
}

/** Lists dead letters by cause, and replays or discards them. */
@Injectable()
export class DeadLettersService {
  constructor(
    private readonly deadLetters: DeadLetters,
    private readonly book: DeadLetterBook,
    private readonly observatory: Observatory,
    private readonly streams: StreamsService,
    private readonly surveyor: Surveyor,
    private readonly actions: ActionLog,
  ) {}

  async groups(stream?: string): Promise<DeadLetterGroups> {
    const names = await this.names(stream);
    const found: StreamDeadLetters[] = [];
    for (const name of names) found.push(await this.book.of(name));
    return {
      total: found.reduce((sum, { total }) => sum + total, 0),
      lookedAt: found.reduce((sum, { size }) => sum + size, 0),
      entries: found.reduce((sum, { entries }) => sum + entries, 0),
      causes: found.flatMap((deadLetters) => causesOf(deadLetters)).sort((a, b) => b.lastMs - a.lastMs),
      isComplete: found.every(({ isComplete }) => isComplete),
      isReading: found.some(({ isReading }) => isReading),
    };
  }

  /** @throws Problem if no dead letter has this cause */
  async page(causeId: string, cursor: string | undefined, count = DEFAULT_COUNT): Promise<DeadLetterPage> {
    const { cause, deadLetters } = await this.ofCause(causeId);
    const rest = cursor === undefined ? deadLetters : deadLetters.filter(({ id }) => compareEntryIds(id, cursor) < 0);
    const page: DeadLetterView[] = [];
    let size = 0;
    let last: string | null = null;
    for (const { id } of rest.slice(0, count)) {
      if (size > MAX_PAGE_LENGTH) break;
      last = id;
      try {
        const deadLetter = viewOf(
          cause.stream,
          await this.deadLetters.get(cause.stream, id, { wholeBytes: LISTED_BYTES }),
        );
        size += lengthOf(deadLetter);
        page.push(deadLetter);
      } catch (error) {
        // It was replayed or discarded meanwhile.
        if (!(error instanceof DeadLetterGoneError)) throw error;
      }
    }
    return { cause, deadLetters: page, next: last === null || last === rest.at(-1)?.id ? null : last };
  }

  /** @throws Problem if it does not exist */
  async deadLetter(stream: string, id: string): Promise<DeadLetterView> {
    requireOnePartition(this.surveyor);
    if (!isEntryId(id)) throw new Problem('invalid', 'Expected the id of a dead letter, such as 1795452268988-0');
    await this.streams.requireStream(stream);
    try {
      return viewOf(stream, await this.deadLetters.get(stream, id));
    } catch (error) {
      if (error instanceof DeadLetterGoneError) throw new Problem('not-found', error.message);
      throw error;
    }
  }

  async preview(request: DeadLetterActionRequest): Promise<DeadLetterPreview> {
    const chosen = await this.chosen(request);
    const [only] = chosen.deadLetters;
    const isEdited = request.data !== undefined || request.json !== undefined;
    const before = !isEdited || !only ? null : await this.deadLetters.get(chosen.stream, only.id);
    const workers = consumersOf(await this.observatory.notOlderThan(FRESH_MS));
    return previewOf(request, chosen, before, (group) => {
      const own = workers.filter((worker) => worker.group === group);
      if (own.some(({ state }) => state === 'unknown')) return null;
      return own.filter(({ state }) => state === 'reading').length;
    });
  }

  /** @throws Problem, and for a single dead letter DeadLetterGoneError, KeyParkedError or EventPayloadError; several are skipped instead */
  async act(request: DeadLetterActionRequest, actor: Actor): Promise<DeadLetterActionResult> {
    const { action, data, json, why } = request;
    const chosen = await this.chosen(request);
    const isEdited = data !== undefined || json !== undefined;
    const noted: Action = {
      action: isEdited ? 'edit-and-replay' : action,
      target: chosen.stream,
      ids: chosen.deadLetters.map(({ id }) => id),
      details: 'causeId' in request.selection ? `all of cause ${request.selection.causeId}` : '',
      by: request.by,
      why,
    };
    const { done, left, beyond, replayId } = await this.actions.run(
      actor,
      noted,
      () => this.actOn(chosen, request, actor),
      (acted) => resultText(action, acted),
    );
    return { done, left, beyond, replayId };
  }

  private async actOn(
    { stream, deadLetters, gone, beyond }: Chosen,
    { action, data, json, by = '', why = '' }: DeadLetterActionRequest,
    { user }: Actor,
  ): Promise<Acted> {
    const payload = { ...(data === undefined ? {} : { data }), ...(json === undefined ? {} : { json }) };
    const note = { by: user?.name ?? by, why, verified: user !== null };
    const isSingle = deadLetters.length + gone === 1;
    const [only] = deadLetters;
    if (isSingle && !only) throw new Problem('gone', `${stream}: it was replayed or discarded meanwhile`);
    const leftIds: string[] = [];
    let replayId: string | null = null;
    for (const { id } of deadLetters) {
      try {
        if (action === 'discard') await this.deadLetters.discard(stream, id, note);
        else replayId = await this.deadLetters.replay(stream, id, { ...note, ...payload });
      } catch (error) {
        const isLeft =
          error instanceof DeadLetterGoneError ||
          error instanceof KeyParkedError ||
          error instanceof OriginalGoneError ||
          error instanceof EventPayloadError;
        if (isSingle || !isLeft) throw error;
        leftIds.push(id);
      }
    }
    const [done, left] = [deadLetters.length - leftIds.length, leftIds.length];
    return { done, left, beyond, replayId: isSingle ? replayId : null, leftIds };
  }

  private async names(stream: string | undefined): Promise<string[]> {
    requireOnePartition(this.surveyor);
    const picture = await this.observatory.notOlderThan(FRESH_MS);
    if (stream === undefined) return [...picture.streams.keys()];
    await this.streams.requireStream(stream);
    return [stream];
  }

  private async chosen(request: DeadLetterActionRequest): Promise<Chosen> {
    const selection = checkedSelection(request.selection);
    const chosen = await this.select(selection);
    // In the order of the original entries.
    chosen.deadLetters.sort((a, b) => compareEntryIds(a.entryId, b.entryId));
    chosen.beyond = Math.max(0, chosen.deadLetters.length - MAX_AT_ONCE);
    chosen.deadLetters = chosen.deadLetters.slice(0, MAX_AT_ONCE);
    if (request.data === undefined && request.json === undefined) return chosen;
    checkPayload(request);
    if (request.action !== 'replay') throw new Problem('invalid', 'Expected data only with replay');
    if (chosen.deadLetters.length + chosen.gone !== 1)
      throw new Problem('invalid', 'Expected data only with a single dead letter');
    if (chosen.deadLetters[0]?.eventType === null) {
      throw new Problem('invalid', 'This dead letter cannot be decoded, so it cannot be edited; replay it unchanged');
    }
    return chosen;
  }

  private async select(selection: DeadLetterSelection): Promise<Chosen> {
    if ('causeId' in selection) {
      const { cause, deadLetters } = await this.ofCause(selection.causeId);
      const { upTo } = selection;
      const seen = upTo === undefined ? deadLetters : deadLetters.filter(({ id }) => compareEntryIds(id, upTo) <= 0);
      return { stream: cause.stream, deadLetters: seen, gone: 0, beyond: 0 };
    }
    const { stream, ids } = selection;
    requireOnePartition(this.surveyor);
    await this.streams.requireStream(stream);
    const deadLetters: BookedDeadLetter[] = [];
    for (const id of ids) {
      try {
        deadLetters.push(bookedOf(stream, await this.deadLetters.get(stream, id, { wholeBytes: BOOKED_BYTES })));
      } catch (error) {
        if (!(error instanceof DeadLetterGoneError)) throw error;
      }
    }
    return { stream, deadLetters, gone: ids.length - deadLetters.length, beyond: 0 };
  }

  private async ofCause(causeId: string): Promise<{ cause: DeadLetterCause; deadLetters: BookedDeadLetter[] }> {
    for (const name of await this.names(undefined)) {
      const deadLetters = [...(await this.book.of(name))].filter(({ cause }) => cause.id === causeId);
      const cause = causeOf(deadLetters);
      if (cause) return { cause, deadLetters };
    }
    throw new Problem('not-found', 'No dead letter has this cause: all were replayed or discarded');
  }
}

function resultText(action: 'replay' | 'discard', { done, leftIds }: Acted): string {
  const did = `${String(done)} ${action === 'replay' ? 'replayed' : 'discarded'}`;
  return leftIds.length === 0 ? did : `${did}, ${String(leftIds.length)} skipped: ${leftIds.slice(0, 20).join(' ')}`;
}

/** About how many characters a dead letter adds to a page. */
function lengthOf({ fields, errorMessage, errorStack }: DeadLetterView): number {
  const own = fields.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  return own + errorMessage.length + errorStack.length;
}

/** @throws Problem if the edited payload is invalid, or too complex to be shown */
function checkPayload({ data, json }: DeadLetterActionRequest): void {
  if (json === undefined) return;
  const why = whyTooComplex(json);
  if (why !== undefined) throw new Problem('invalid', why);
  if (data !== undefined) throw new Problem('invalid', 'Expected data or json, got both');
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new Problem('invalid', `Expected json as JSON: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Problem('invalid', 'Expected json as a JSON object');
  }
}
