import type { Redis } from 'ioredis';
import { EventsError } from '../model/errors/events-error.js';
import { isGroupMissing, isOutage, RedisTimeoutError, RedisUnavailableError } from '../model/errors/redis.js';
import { BlockingReads } from './blocking-reads.js';
import { Calls, type CallHost } from './calls.js';
import type { Connection, Link, ReplyParser } from './connection.js';
import { databaseRefusal, Downtime } from './downtime.js';
import type { RedisCommand } from './encode-command.js';
import { createClient, FIRST_RECONNECT_MS } from './ioredis-client.js';
import { IoredisLink } from './ioredis-link.js';
import { OutageWatch } from './outage-watch.js';
import { addressOf, connectingTo, type RedisTarget } from './redis-target.js';
import type { Reply } from './reply.js';

/** How one connection behaves. */
export interface RedisConnectionOptions {
  /** What `CLIENT LIST` shows for it. */
  name: string;
  /** How long one call may take, in milliseconds, from asking to the answer, waiting for a connection included. */
  timeoutMs: number;
  /** How long the server may keep a blocking read before it answers, in milliseconds. Default: no blocking reads. */
  blockMs?: number;
  /**
   * Says that Redis is away, once for all connections that share it. @default one of its own
   *
   * @internal
   */
  watch?: OutageWatch;
  /**
   * Whether the connection keeps the process alive from the beginning. If not, only calls that are under way do, until
   * {@link RedisConnection.keepProcess}. @default true
   */
  keepsProcess?: boolean;
}

/**
 * One connection to Redis, on which every call has a deadline and settles. It opens by itself, and again when it was lost.
 *
 * Commands are neither repeated after a lost reply (that would publish twice) nor kept while Redis is away (that memory has no bound).
 * A call that meets a closed connection waits for the next one; a call whose connection closes after it was sent fails, since nobody
 * knows whether it ran.
 */
export class RedisConnection implements Connection {
  /** Host and port, fit for messages. */
  readonly address: string;
  private readonly client: Redis;
  private readonly watch: OutageWatch;
  private readonly downtime: Downtime;
  private readonly calls: Calls;
  private readonly reads: BlockingReads;
  private readonly timeoutMs: number;
  private readonly hasFixedPassword: boolean;
  private readonly reconnectListeners: (() => void)[] = [];
  private timesReady = 0;
  private closedBecause: string | undefined;
  private keepsProcess: boolean;
  private reopening: NodeJS.Timeout | undefined;

  constructor(target: RedisTarget, options: RedisConnectionOptions) {
    const { name, timeoutMs, blockMs = 0 } = options;
    const connecting = connectingTo(target);
    this.timeoutMs = timeoutMs;
    this.keepsProcess = options.keepsProcess ?? true;
    this.hasFixedPassword = connecting.hasFixedPassword;
    this.address = addressOf(connecting.options);
    this.watch = options.watch ?? new OutageWatch(name);
    this.client = createClient(connecting, { name, timeoutMs, blockMs, triesAgain: () => this.keepsProcess });
    this.downtime = new Downtime(this.client.options, () => {
      if (this.downtime.isOn && !this.isClosed) this.watch.isDown(this, this.address, this.downtime.reason);
    });
    this.calls = new Calls(new IoredisLink(this.client), this.callHost());
    this.reads = new BlockingReads(this.client);
    this.listen();
  }

  /** Opens the connection; calls do that too. */
  open(): void {
    // A failure is reported by the error event, and ioredis tries again by itself; but at its end it gives up, as when a
    // Sentinel tells of a new master while it looks for the old one.
    if (this.client.status === 'wait' || this.client.status === 'end') this.client.connect().catch(() => undefined);
  }

  /** From now on the connection keeps the process alive until it is closed. */
  keepProcess(): void {
    if (this.keepsProcess) return;
    this.keepsProcess = true;
    this.reopening?.ref();
    // There is none yet before the first connection.
    (this.client.stream as Redis['stream'] | undefined)?.ref();
  }

  /** Whether a call would be sent at once. */
  get isReady(): boolean {
    return this.client.status === 'ready';
  }

  /**
   * Why Redis refuses to sign this process in with the one password that it has; undefined otherwise. Only a new start
   * ends that, unless the old password is made to count again.
   */
  get signInRefusal(): string | undefined {
    return this.downtime.isOn && this.hasFixedPassword ? this.downtime.signInRefusal : undefined;
  }

  /** Counts the connections to the server: what was written on another one is not known on this. */
  get generation(): number {
    return this.timesReady;
  }

  /** Whether it was closed for good: no call will succeed any more. */
  get isClosed(): boolean {
    return this.closedBecause !== undefined;
  }

  /** Runs `listener` after each reconnect: replies to what was sent before may have been lost. */
  onReconnect(listener: () => void): void {
    this.reconnectListeners.push(listener);
  }

  /**
   * Runs one command, such as `command('HGET', key, field)`. Its name is written in capitals.
   *
   * @returns its reply as Redis gives it, with text as strings; `asText`, `asNumber`, … check what it is
   * @throws RedisTimeoutError, RedisUnavailableError when there is no answer: the command may or may not have run
   * @throws Redis' own error (`ReplyError`) when Redis refuses the command
   */
  command(...command: RedisCommand): Promise<Reply> {
    return this.call((link) => link.send(command));
  }

  /**
   * Runs several commands on one connection to the server, as one call with one deadline.
   *
   * @param timeoutMs how long it may take, waiting for a connection included. Default: that of the connection
   * @throws as {@link command}
   */
  call<T>(run: (link: Link) => Promise<T>, timeoutMs = this.timeoutMs): Promise<T> {
    if (this.closedBecause !== undefined) {
      return Promise.reject(new RedisUnavailableError(this.address, this.closedBecause));
    }
    this.open();
    return this.calls.start(run, this.isReady, timeoutMs);
  }

  /**
   * Runs one command, one that may wait at the server, and reads its reply with a parser of its own. Only on a connection that is used
   * for nothing else, and one at a time.
   *
   * @throws as {@link command}
   * @internal
   */
  read<T>(command: RedisCommand, parser: ReplyParser<T>, timeoutMs: number): Promise<T> {
    return this.reads.read(command, parser, (run) => this.call(run, timeoutMs));
  }

  /**
   * Takes note that Redis refuses, if this error means that: also one that the reply to a call tells of a part of it.
   *
   * @internal
   */
  wasRefused(error: Error): void {
    // What ends a blocking read is a consequence; the next command meets the cause.
    if (isOutage(error) && !isGroupMissing(error)) this.watch.refused(this.address, error.message);
  }

  /** Closes the connection; calls that are under way fail. */
  close(reason = 'this connection was closed'): void {
    if (this.isClosed) return;
    this.closedBecause = reason;
    this.watch.forget(this);
    this.calls.failAll(() => new RedisUnavailableError(this.address, reason));
    this.client.disconnect();
  }

  private listen(): void {
    this.client.on('connect', () => {
      if (!this.keepsProcess) this.client.stream.unref();
    });
    this.client.on('ready', () => {
      this.onReady();
    });
    this.client.on('error', (error: Error) => {
      // ioredis would go on, on database 0.
      const refusal = databaseRefusal(error);
      if (refusal !== undefined) this.close(refusal);
      else this.onDown(error);
    });
    this.client.on('close', () => {
      this.onDown(undefined);
    });
    this.client.on('end', () => {
      this.reopening = setTimeout(() => {
        if (!this.isClosed) this.open();
      }, FIRST_RECONNECT_MS);
      if (!this.keepsProcess) this.reopening.unref();
    });
  }

  private onReady(): void {
    this.downtime.end();
    this.timesReady += 1;
    this.watch.isUp(this);
    if (this.timesReady > 1) for (const listener of this.reconnectListeners) listener();
    this.calls.sendWaiting();
  }

  private onDown(error: Error | undefined): void {
    if (this.isClosed) return;
    this.downtime.begin(error);
    this.calls.failSent(() => this.unavailable());
    if (!this.downtime.isLooking) this.watch.isDown(this, this.address, this.downtime.reason);
  }

  private unavailable(): RedisUnavailableError {
    return new RedisUnavailableError(this.address, this.downtime.reason, { cause: this.downtime.cause });
  }

  private callHost(): CallHost {
    return {
      served: () => {
        this.watch.served();
      },
      // ioredis' own errors become ours; what Redis said stays as it is.
      failureOf: (error) => {
        if (error instanceof Error && error.name === 'ReplyError') {
          this.wasRefused(error);
          return error;
        }
        if (error instanceof EventsError) return error;
        return new RedisUnavailableError(this.address, this.downtime.reasonOf(error), { cause: error });
      },
      // A connection that was never refused nor closed, only not answered, is no more than that.
      lateness: (wasSent, timeoutMs) =>
        !wasSent && this.downtime.isOn ? this.unavailable() : new RedisTimeoutError(this.address, timeoutMs),
    };
  }
}
