import { isOutage, RedisUnavailableError } from '../model/errors/redis.js';
import type { StreamClient } from '../stream/clients/stream-client.js';
import { appendArguments } from './append-arguments.js';
import type { Durability } from './durability.js';
import type { SubjectKeys } from '../personal/subject-keys.js';
import type { Unsealed } from '../personal/unsealed.js';
import type { PublishRequest } from './publish-request.js';
import { refusalOf } from './refusal.js';

/** How long the server remembers a silent producer: far longer than any retry. */
const PRODUCER_MEMORY_MS = 3_600_000;
/** After how long that time begins anew. Not with each batch: that would be a good part of the server's work for it. */
const RENEWED_AFTER_MS = 600_000;
const PAUSE_AFTER_FAILURE_MS = 100;

/** How many batches may be under way at once; the server remembers the answers to as many. */
const MAX_ON_THEIR_WAY = 2;

/** Requests that go in one call, under a number that never belongs to others. */
interface Batch {
  number: number;
  requests: readonly PublishRequest[];
  /** The generation of the connection on which it was first sent. */
  generation: number;
  /** Whether it arrived at the server before its predecessor: it is sent again as soon as that one is settled. */
  isEarly: boolean;
  /** Whether it was sent and not answered: its events may be in the stream. */
  isUncertain: boolean;
}

/**
 * Sends a producer's batches until each is settled: in their order, and each appended once, however often it is sent.
 *
 * Two batches may be under way at once, over the same connection, which keeps their order. The second one names the first, and the server
 * refuses it (EARLY) if it has not got the first one: that may have been refused for a moment (BUSY, NOREPLICAS, flushed scripts).
 *
 * When a batch fails, nothing new is sent until the other one is settled or has failed, too. Then the failed ones are sent again, one after
 * the other, under their old numbers, by which the server knows what it has appended already. The second is sent when the first is settled
 * or given up. A copy of the first that arrives later, because the network kept it, is refused by its number.
 */
export class BatchSender {
  private number = 0;
  private onTheirWay: readonly Batch[] = [];
  private failed: Batch[] = [];
  /** Whether a batch is being prepared, such as encrypted: later ones must not be sent before it. */
  private isPreparing = false;
  /** When the server's time to remember this producer last began anew; by `performance.now()`. */
  private renewedMs = -Infinity;

  /**
   * @param key of the producer's memory at the server
   * @param callbacks `onSettled` is called when requests are not sent any more, before their callers are answered; `onFree` when more
   * may be sent
   */
  constructor(
    private readonly client: StreamClient,
    private readonly key: string,
    private readonly durability: Durability,
    private readonly subjectKeys: SubjectKeys,
    private readonly timing: { commandTimeoutMs: number; idempotencyMs: number },
    private readonly callbacks: { onSettled: (requests: readonly PublishRequest[]) => void; onFree: () => void },
  ) {}

  get isIdle(): boolean {
    return this.onTheirWay.length === 0 && this.failed.length === 0;
  }

  /** Whether a batch can be sent now. */
  get isFree(): boolean {
    if (this.isIdle) return true;
    const { isReady, generation } = this.client.connection;
    if (this.isPreparing || this.failed.length > 0 || !isReady || this.onTheirWay.length >= MAX_ON_THEIR_WAY)
      return false;
    for (const batch of this.onTheirWay) if (batch.generation !== generation) return false;
    return true;
  }

  /** Sends requests as one batch. Failures are given to the requests. */
  send(requests: readonly PublishRequest[]): void {
    const { generation } = this.client.connection;
    const batch = { number: ++this.number, requests, generation, isEarly: false, isUncertain: false };
    const before = this.onTheirWay.at(-1);
    this.onTheirWay = [...this.onTheirWay, batch];
    this.attempt(batch, before?.number).then(
      () => {
        this.onTheirWay = this.onTheirWay.filter((one) => one !== batch);
        this.isOver();
      },
      (error: unknown) => {
        this.onTheirWay = this.onTheirWay.filter((one) => one !== batch);
        note([batch], error as Error);
        this.failed.push(batch);
        this.isOver();
      },
    );
  }

  /** A batch is settled or has failed. When none is under way any more, those that failed are sent again. */
  private isOver(): void {
    if (this.failed.length === 0) this.callbacks.onFree();
    else if (this.onTheirWay.length === 0) void this.recover();
  }

  private async recover(): Promise<void> {
    const failed = this.failed.sort((a, b) => a.number - b.number);
    for (const batch of failed) await this.sendUntilAnswered(batch);
    this.failed = [];
    this.callbacks.onFree();
  }

  /** Sends a batch until Redis answers it, or no caller waits for it any more. */
  private async sendUntilAnswered(batch: Batch): Promise<void> {
    while (batch.requests.some(({ isOpen }) => isOpen)) {
      if (!batch.isEarly) await new Promise((resolve) => setTimeout(resolve, PAUSE_AFTER_FAILURE_MS));
      batch.isEarly = false;
      try {
        await this.attempt(batch);
        return;
      } catch (error) {
        // The batches behind it wait for the same reason.
        note(this.failed, error as Error);
      }
    }
    this.callbacks.onSettled(batch.requests);
  }

  /**
   * @param after the number of the batch without which this one is refused
   * @throws an error after which it is sent again; the requests are rejected with any other error
   */
  private async attempt(batch: Batch, after?: number): Promise<void> {
    const { requests } = batch;
    const { connection } = this.client;
    const keep = { producer: PRODUCER_MEMORY_MS, idempotency: this.timing.idempotencyMs };
    const now = performance.now();
    const isRenewed = now - this.renewedMs > RENEWED_AFTER_MS;
    let leftMs = 1;
    let unsealed: Unsealed[] | undefined;
    for (const request of requests) {
      leftMs = Math.max(leftMs, request.leftMs(now));
      if (request.unsealed) (unsealed ??= []).push(...request.unsealed);
    }
    try {
      const preparing = this.prepare(unsealed);
      if (preparing) await preparing;
      const { keys, values } = appendArguments(this.key, batch.number, after, requests, keep, isRenewed);
      const timeoutMs = Math.min(leftMs, this.timing.commandTimeoutMs);
      const appending = this.client.publishing.append(keys, values, timeoutMs);
      if (preparing) queueMicrotask(this.callbacks.onFree);
      const { answers, generation } = await appending;
      if (isRenewed) this.renewedMs = now;
      if (!this.durability.isImmediate) {
        const isWanted = (): boolean => requests.some(({ isOpen }) => isOpen);
        await this.durability.confirm(generation, isWanted, (missing) => {
          note([batch], missing);
        });
      }
      this.settle(requests, (request, first) => {
        const { length } = request.events;
        request.answer(length === answers.length ? answers : answers.slice(first, first + length));
      });
    } catch (error) {
      if (isEarly(error)) {
        batch.isEarly = true;
        throw error;
      }
      // It may have been appended: a later refusal says nothing about this attempt.
      if (error instanceof RedisUnavailableError) batch.isUncertain = true;
      const refusal = batch.isUncertain ? undefined : refusalOf(error);
      if (!refusal && isOutage(error) && !connection.isClosed) throw error;
      this.settle(requests, (request) => { request.reject(refusal ?? (error as Error)); }); // prettier-ignore
    }
  }

  /** Runs the check before the first write, and encrypts personal data. @returns undefined when there is nothing to wait for */
  private prepare(unsealed: readonly Unsealed[] | undefined): Promise<void> | undefined {
    const checking = this.client.publishing.checked();
    const preparing = checking
      ? checking.then(() => unsealed && this.subjectKeys.seal(unsealed))
      : unsealed && this.subjectKeys.seal(unsealed);
    if (!preparing) return undefined;
    this.isPreparing = true;
    return preparing.finally(() => {
      this.isPreparing = false;
    });
  }

  /** Makes room before callers are answered: they may publish the next event at once. */
  private settle(
    requests: readonly PublishRequest[],
    tell: (request: PublishRequest, firstEvent: number) => void,
  ): void {
    this.callbacks.onSettled(requests);
    let first = 0;
    for (const request of requests) {
      tell(request, first);
      first += request.events.length;
    }
  }
}

/** Whether the server has not got the batch that was sent before this one. */
function isEarly(error: unknown): error is Error {
  return error instanceof Error && error.message.startsWith('EARLY');
}

/** Notes why batches are not settled yet. EARLY is only a consequence of another failure. */
function note(batches: readonly Batch[], trouble: Error): void {
  if (isEarly(trouble)) return;
  for (const { requests } of batches) for (const request of requests) request.note(trouble);
}
