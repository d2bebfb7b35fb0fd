import { Injectable } from '@nestjs/common';
import {
  compareEntryIds,
  DeadLetterGoneError,
  DeadLetters,
  EventPayloadError,
  KeyParkedError,
  OriginalGoneError,
} from 'nestjs-event-streams';
import type { Actor } from '../access/actor.js';
import { Problem } from '../access/problem.js';
import { ActionLog } from '../actions/action-log.js';
import type {
  DeadLetterActionRequest,
  DeadLetterActionResult,
  DeadLetterPreview,
  DeadLetterSelection,
} from '../contract/dead-letters.js';
import { BOOKED_BYTES, bookedOf, type BookedDeadLetter } from '../observe/dead-letters/stream-dead-letters.js';
import { Observatory } from '../observe/observatory.js';
import { FRESH_MS } from '../observe/timing.js';
import { consumersOf } from '../overview/consumers.js';
import { DeadLetterListService } from './dead-letter-list.service.js';
import { DeadLetterStreams } from './dead-letter-streams.js';
import { checkEdit, isEdit } from './edit.js';
import { previewOf } from './preview.js';
import { checkedSelection, type SelectedDeadLetters } from './selection.js';

/** How many dead letters one request replays or discards: the rest needs another request. */
const MAX_AT_ONCE = 10_000;

/** The result of an action, and the dead letters that it skipped. */
interface Acted extends DeadLetterActionResult {
  skippedIds: string[];
}

/** Replays and discards dead letters, and says before what that will do. */
@Injectable()
export class DeadLetterActionsService {
  constructor(
    private readonly deadLetters: DeadLetters,
    private readonly list: DeadLetterListService,
    private readonly streams: DeadLetterStreams,
    private readonly observatory: Observatory,
    private readonly log: ActionLog,
  ) {}

  /** @throws Problem if the selection or the payload is invalid, or the selection has no dead letter */
  async preview(request: DeadLetterActionRequest): Promise<DeadLetterPreview> {
    const selected = await this.selected(request);
    const [only] = selected.deadLetters;
    const before = isEdit(request) && only ? await this.deadLetters.get(selected.stream, only.id) : null;
    const workers = consumersOf(await this.observatory.notOlderThan(FRESH_MS));
    return previewOf(request, selected, before, (group) => {
      const own = workers.filter((worker) => worker.group === group);
      if (own.some(({ state }) => state === 'unknown')) return null;
      return own.filter(({ state }) => state === 'reading').length;
    });
  }

  /** @throws Problem, and for a single dead letter what the library throws for it; of several, these are skipped */
  async act(request: DeadLetterActionRequest, actor: Actor): Promise<DeadLetterActionResult> {
    const { action, selection, by, why } = request;
    const selected = await this.selected(request);
    const { done, left, beyond, replayId } = await this.log.run(
      actor,
      {
        action: isEdit(request) ? 'edit-and-replay' : action,
        target: selected.stream,
        ids: selected.deadLetters.map(({ id }) => id),
        details: 'causeId' in selection ? `all of cause ${selection.causeId}` : '',
        by,
        why,
      },
      () => this.actOn(selected, request, actor),
      (acted) => resultText(action, acted),
    );
    return { done, left, beyond, replayId };
  }

  private async actOn(
    { stream, deadLetters, gone, beyond }: SelectedDeadLetters,
    { action, data, json, by = '', why = '' }: DeadLetterActionRequest,
    { user }: Actor,
  ): Promise<Acted> {
    const payload = { ...(data === undefined ? {} : { data }), ...(json === undefined ? {} : { json }) };
    const note = { by: user?.name ?? by, why, verified: user !== null };
    const isSingle = deadLetters.length + gone === 1;
    if (isSingle && gone === 1) throw new Problem('gone', `${stream}: it was replayed or discarded meanwhile`);
    const skippedIds: string[] = [];
    let replayId: string | null = null;
    for (const { id } of deadLetters) {
      try {
        if (action === 'discard') await this.deadLetters.discard(stream, id, note);
        else replayId = await this.deadLetters.replay(stream, id, { ...note, ...payload });
      } catch (error) {
        if (isSingle || !isOfOneDeadLetter(error)) throw error;
        skippedIds.push(id);
      }
    }
    const [done, left] = [deadLetters.length - skippedIds.length, skippedIds.length];
    return { done, left, beyond, replayId: isSingle ? replayId : null, skippedIds };
  }

  /** The dead letters that a request names, in the order of their original entries. @throws Problem if the request is invalid */
  private async selected(request: DeadLetterActionRequest): Promise<SelectedDeadLetters> {
    const { stream, deadLetters, gone } = await this.find(checkedSelection(request.selection));
    const inOrder = deadLetters.toSorted((a, b) => compareEntryIds(a.entryId, b.entryId));
    const beyond = Math.max(0, inOrder.length - MAX_AT_ONCE);
    const selected = { stream, deadLetters: inOrder.slice(0, MAX_AT_ONCE), gone, beyond };
    if (isEdit(request)) checkEdit(request, selected);
    return selected;
  }

  private async find(selection: DeadLetterSelection): Promise<Omit<SelectedDeadLetters, 'beyond'>> {
    if ('causeId' in selection) {
      const { cause, deadLetters } = await this.list.ofCause(selection.causeId);
      const { upTo } = selection;
      const seen = upTo === undefined ? deadLetters : deadLetters.filter(({ id }) => compareEntryIds(id, upTo) <= 0);
      return { stream: cause.stream, deadLetters: seen, gone: 0 };
    }
    const { stream, ids } = selection;
    await this.streams.require(stream);
    const deadLetters: BookedDeadLetter[] = [];
    for (const id of ids) {
      try {
        deadLetters.push(bookedOf(stream, await this.deadLetters.get(stream, id, { wholeBytes: BOOKED_BYTES })));
      } catch (error) {
        if (!(error instanceof DeadLetterGoneError)) throw error;
      }
    }
    return { stream, deadLetters, gone: ids.length - deadLetters.length };
  }
}

/** Whether an error concerns one dead letter, so that the others can still be replayed or discarded. */
function isOfOneDeadLetter(error: unknown): boolean {
  return (
    error instanceof DeadLetterGoneError ||
    error instanceof KeyParkedError ||
    error instanceof OriginalGoneError ||
    error instanceof EventPayloadError
  );
}

function resultText(action: 'replay' | 'discard', { done, skippedIds }: Acted): string {
  const did = `${String(done)} ${action === 'replay' ? 'replayed' : 'discarded'}`;
  if (skippedIds.length === 0) return did;
  return `${did}, ${String(skippedIds.length)} skipped: ${skippedIds.slice(0, 20).join(' ')}`;
}
