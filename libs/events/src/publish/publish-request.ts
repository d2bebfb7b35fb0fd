import type { Deadline, Deadlines } from '../concurrency/deadlines.js';
import { redisReply } from '../connection/redis-reply.js';
import { NotReplicatedError, PublishTimeoutError } from '../model/errors/publishing.js';
import type { Unsealed } from '../personal/unsealed.js';
import { weightOf, type Appendable } from './append-arguments.js';
import { refusalOf } from './refusal.js';

/** The events of one call: they are appended, answered and given up together. */
export class PublishRequest implements Deadline {
  readonly bytes: number;
  /** Personal data of its events; undefined for none. */
  readonly unsealed: readonly Unsealed[] | undefined;
  atMs = 0;
  before: Deadline | undefined;
  after: Deadline | undefined;
  private trouble: Error | undefined;
  private open = true;

  /**
   * @param resolve gets the entries' ids
   * @param deadlines of the requests with this `timeoutMs`
   * @param timeoutMs how long the caller waits from now on, in milliseconds
   */
  constructor(
    readonly events: readonly Appendable[],
    private readonly resolve: (ids: string[]) => void,
    private readonly rejectWith: (error: Error) => void,
    private readonly deadlines: Deadlines,
    private readonly timeoutMs: number,
  ) {
    let bytes = 0;
    let unsealed: Unsealed[] | undefined;
    for (const event of events) {
      bytes += weightOf(event);
      if (event.unsealed) (unsealed ??= []).push(event.unsealed);
    }
    this.bytes = bytes;
    this.unsealed = unsealed;
    deadlines.begin(this);
  }

  /** Whether its caller still waits. */
  get isOpen(): boolean {
    return this.open;
  }

  /** How long its caller still waits, in milliseconds. */
  leftMs(nowMs: number): number {
    return Math.max(0, this.atMs - nowMs);
  }

  /** An attempt has failed. If the time runs out, this is the reason. */
  note(trouble: Error): void {
    this.trouble = trouble;
  }

  /** @param lines of `append.lua`, one for each event */
  answer(lines: string[]): void {
    const [first = ''] = lines;
    if (first.startsWith('-')) {
      const error = redisReply(first.slice(1));
      this.reject(refusalOf(error) ?? error);
    } else {
      this.close();
      this.resolve(lines);
    }
  }

  reject(error: Error): void {
    this.close();
    this.rejectWith(error);
  }

  expire(): void {
    const { trouble, timeoutMs } = this;
    this.reject(
      trouble instanceof NotReplicatedError ? trouble : new PublishTimeoutError(timeoutMs, { cause: trouble }),
    );
  }

  private close(): void {
    this.open = false;
    this.deadlines.end(this);
  }
}
