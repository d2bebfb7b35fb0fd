import { isOutage, RedisUnavailableError } from '../model/errors/redis.js';
import type { StreamClient } from '../stream/stream-client.js';
import { appendArguments } from './append-arguments.js';
import type { Durability } from './durability.js';
import type { SubjectKeys } from '../personal/subject-keys.js';
import type { Unsealed } from '../personal/unsealed.js';
import type { PublishRequest } from './publish-request.js';
import { refusalOf } from './refusal.js';

/** How long the server remembers a silent producer: far longer than any retry. */
const PRODUCER_MEMORY_MS = 3_600_000;
/** How old that may get before it is renewed: to do so with each batch would be a good part of what the server does for it. */
const RENEWED_AFTER_MS = 600_000;
const PAUSE_AFTER_FAILURE_MS = 100;

/** Batches on their way at once; the server remembers the answers to as many. */
const MAX_ON_THEIR_WAY = 2;

/** Requests that go in one call, under a number that never belongs to others. */
interface Batch {
  number: number;
  requests: readonly PublishRequest[];
  /** Of the connection that it was first sent on. */
  generation: number;
  /** Whether it came before the one that was sent before it: it waits for that one alone. */
  isEarly: boolean;
  /** Whether it was sent and not answered: it may be appended. */
  isUncertain: boolean;
}

/**
 * Sends a producer's batches until each is settled: in their order, and each appended once, however often it is sent.
 *
 * A second batch is sent while one is still on its way only over the same connection, which keeps them in order; and it names
 * the first, without which the server refuses it: the first may be refused for a moment (BUSY, NOREPLICAS, scripts that were
 * flushed) that is over when the second arrives. As soon as one fails nothing new is sent until the other is settled or has
 * failed too; then both are sent again, one after the other, under their numbers, by which the server knows what it has. Then
 * nothing is before them: the second is sent when the first is settled or given up, and what the network has kept of that
 * one is refused afterwards.
 */
export class BatchSender {
  private number = 0;
  private onTheirWay: readonly Batch[] = [];
  private failed: Batch[] = [];
  /** Whether a batch waits for what must be done before it is sent: what comes after it must not be sent before it. */
  private isPreparing = false;
  /** When the server last began to count anew how long it remembers; by `performance.now()`. */
  private renewedMs = -Infinity;

  /**
   * @param key of the producer's memory at the server
   * @param callbacks `onSettled` is called when nothing more is sent of requests, before they are told; `onFree` when
   * more may be sent
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

  /** Sends requests as one batch; it never rejects, its requests do. */
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

  /** A batch is settled or has failed: when all are in, those that failed are sent again. */
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

  /** Until Redis answers, or nobody waits for it any more. */
  private async sendUntilAnswered(batch: Batch): Promise<void> {
    while (batch.requests.some(({ isOpen }) => isOpen)) {
      if (!batch.isEarly) await new Promise((resolve) => setTimeout(resolve, PAUSE_AFTER_FAILURE_MS));
      batch.isEarly = false;
      try {
        await this.attempt(batch);
        return;
      } catch (error) {
        // Those that wait for it wait for the same reason.
        note(this.failed, error as Error);
      }
    }
    this.callbacks.onSettled(batch.requests);
  }

  /**
   * @param after the number of the batch without which this one is refused
   * @throws what may be over when it is tried again; anything else has become the requests' own error
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
      // Nobody knows whether it was appended, until the server answers it: that it is refused now says nothing of then.
      if (error instanceof RedisUnavailableError) batch.isUncertain = true;
      const refusal = batch.isUncertain ? undefined : refusalOf(error);
      if (!refusal && isOutage(error) && !connection.isClosed) throw error;
      this.settle(requests, (request) => { request.reject(refusal ?? (error as Error)); }); // prettier-ignore
    }
  }

  /** Checks what is to be checked before the first write, and encrypts what is to be sent. @returns undefined when that is done already */
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

  /** Makes room first: whoever is told publishes the next event at once. */
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

/** The server has not got the batch that was sent before this one. */
function isEarly(error: unknown): error is Error {
  return error instanceof Error && error.message.startsWith('EARLY');
}

/** Why they are not settled yet; that one is early is a consequence. */
function note(batches: readonly Batch[], trouble: Error): void {
  if (isEarly(trouble)) return;
  for (const { requests } of batches) for (const request of requests) request.note(trouble);
}
