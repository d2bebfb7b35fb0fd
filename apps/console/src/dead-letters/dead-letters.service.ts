import { Injectable } from '@nestjs/common';
import {
  compareEntryIds,
  DeadLetterGoneError,
  DeadLetters,
  EventPayloadError,
  KeyParkedError,
  type DeadLetter,
} from 'nestjs-event-streams';
import { Problem } from '../access/problem.js';
import type {
  DeadLetterActionRequest,
  DeadLetterActionResult,
  DeadLetterCause,
  DeadLetterGroups,
  DeadLetterHistory,
  DeadLetterPage,
  DeadLetterPreview,
  DeadLetterSelection,
  DeadLetterView,
} from '../contract/dead-letters.js';
import { Observatory } from '../observe/observatory.js';
import { FRESH_MS } from '../observe/timing.js';
import { consumersOf } from '../overview/consumers.js';
import { ENTRY_ID } from '../streams/parameters.js';
import { StreamsService } from '../streams/streams.service.js';
import { causeIdOf, causesOf, viewOf } from './causes.js';
import { previewOf } from './preview.js';
import { checkedSelection } from './selection.js';

const MOST_LETTERS = 10_000;
const DEFAULT_COUNT = 50;

interface Chosen {
  stream: string;
  letters: DeadLetter[];
  gone: number;
}

/** Dead letters by their causes, and what is done to them. */
@Injectable()
export class DeadLettersService {
  constructor(
    private readonly letters: DeadLetters,
    private readonly observatory: Observatory,
    private readonly streams: StreamsService,
  ) {}

  async groups(stream?: string): Promise<DeadLetterGroups> {
    const picture = await this.observatory.notOlderThan(FRESH_MS);
    if (stream !== undefined) await this.streams.requireStream(stream);
    const names = stream === undefined ? [...picture.streams.keys()] : [stream];
    const found = await Promise.all(names.map(async (name) => ({ name, letters: await this.lettersOf(name) })));
    return {
      total: found.reduce((sum, { letters }) => sum + letters.length, 0),
      causes: found.flatMap(({ name, letters }) => causesOf(name, letters)).sort((a, b) => b.lastMs - a.lastMs),
      isComplete: found.every(({ letters }) => letters.length < MOST_LETTERS),
    };
  }

  /** @throws Problem when no dead letter has this cause */
  async page(causeId: string, cursor: string | undefined, count = DEFAULT_COUNT): Promise<DeadLetterPage> {
    const { cause, letters } = await this.ofCause(causeId);
    const rest = cursor === undefined ? letters : letters.filter(({ id }) => compareEntryIds(id, cursor) > 0);
    const page = rest.slice(0, count);
    return {
      cause,
      letters: page.map((letter) => viewOf(cause.stream, letter)),
      next: rest.length > count ? (page.at(-1)?.id ?? null) : null,
    };
  }

  /** @throws Problem when it is not there */
  async letter(stream: string, id: string): Promise<DeadLetterView> {
    if (!ENTRY_ID.test(id)) throw new Problem('invalid', 'Expected the id of a dead letter, such as 1795452268988-0');
    await this.streams.requireStream(stream);
    try {
      return viewOf(stream, await this.letters.get(stream, id));
    } catch (error) {
      if (error instanceof DeadLetterGoneError) throw new Problem('not-found', error.message);
      throw error;
    }
  }

  async preview(request: DeadLetterActionRequest): Promise<DeadLetterPreview> {
    const { stream, letters, gone } = await this.chosen(request);
    const workers = consumersOf(await this.observatory.notOlderThan(FRESH_MS));
    return previewOf(request, stream, letters, gone, (group) => {
      const own = workers.filter((worker) => worker.group === group);
      if (own.some(({ state }) => state === 'unknown')) return null;
      return own.filter(({ state }) => state === 'reading').length;
    });
  }

  /** @throws Problem, DeadLetterGoneError, KeyParkedError, EventPayloadError; of several, those are left */
  async act(request: DeadLetterActionRequest): Promise<DeadLetterActionResult> {
    const { action, data, by = '', why = '' } = request;
    const { stream, letters, gone } = await this.chosen(request);
    const isSingle = letters.length + gone === 1;
    const [only] = letters;
    if (isSingle && !only) throw new Problem('gone', `${stream}: it was replayed or discarded meanwhile`);
    let done = 0;
    let replayId: string | null = null;
    for (const { id } of letters) {
      try {
        if (action === 'discard') await this.letters.discard(stream, id, { by, why });
        else replayId = await this.letters.replay(stream, id, { by, why, ...(data === undefined ? {} : { data }) });
        done += 1;
      } catch (error) {
        const isLeft =
          error instanceof DeadLetterGoneError || error instanceof KeyParkedError || error instanceof EventPayloadError;
        if (isSingle || !isLeft) throw error;
      }
    }
    return { done, left: letters.length - done, replayId: isSingle ? replayId : null };
  }

  async history(stream?: string, count = DEFAULT_COUNT): Promise<DeadLetterHistory> {
    const picture = await this.observatory.notOlderThan(FRESH_MS);
    if (stream !== undefined) await this.streams.requireStream(stream);
    const names = stream === undefined ? [...picture.streams.keys()] : [stream];
    const found = await Promise.all(
      names.map(async (name) =>
        (await this.letters.history(name, count)).map((action) => ({ ...action, stream: name })),
      ),
    );
    const actions = found.flat().map(({ at, ...action }) => ({ ...action, atMs: Date.parse(at) || 0 }));
    return { actions: actions.sort((a, b) => b.atMs - a.atMs).slice(0, count) };
  }

  private async chosen(request: DeadLetterActionRequest): Promise<Chosen> {
    const selection = checkedSelection(request.selection);
    const chosen = await this.select(selection);
    // In the order of their originals, as they would have been handled.
    chosen.letters.sort((a, b) => compareEntryIds(a.entryId, b.entryId));
    if (request.data === undefined) return chosen;
    if (request.action !== 'replay') throw new Problem('invalid', 'Expected data with replay alone');
    if (chosen.letters.length + chosen.gone !== 1)
      throw new Problem('invalid', 'Expected data with one dead letter alone');
    if (chosen.letters[0]?.event === null) {
      throw new Problem('invalid', 'This dead letter cannot be decoded, and so not be edited; replay it as it is');
    }
    return chosen;
  }

  private async select(selection: DeadLetterSelection): Promise<Chosen> {
    if ('causeId' in selection) {
      const { cause, letters } = await this.ofCause(selection.causeId);
      const { upTo } = selection;
      const seen = upTo === undefined ? letters : letters.filter(({ id }) => compareEntryIds(id, upTo) <= 0);
      return { stream: cause.stream, letters: seen, gone: 0 };
    }
    const { stream, ids } = selection;
    await this.streams.requireStream(stream);
    const letters: DeadLetter[] = [];
    for (const id of ids) {
      try {
        letters.push(await this.letters.get(stream, id));
      } catch (error) {
        if (!(error instanceof DeadLetterGoneError)) throw error;
      }
    }
    return { stream, letters, gone: ids.length - letters.length };
  }

  private async ofCause(causeId: string): Promise<{ cause: DeadLetterCause; letters: DeadLetter[] }> {
    const picture = await this.observatory.notOlderThan(FRESH_MS);
    for (const stream of picture.streams.keys()) {
      const own = (await this.lettersOf(stream)).filter((letter) => causeIdOf(stream, letter) === causeId);
      const [cause] = causesOf(stream, own);
      if (cause) return { cause, letters: own };
    }
    throw new Problem('not-found', 'No dead letter has this cause any more: all were replayed or discarded');
  }

  private lettersOf(stream: string): Promise<DeadLetter[]> {
    return this.letters.list(stream, {}, { count: MOST_LETTERS });
  }
}
