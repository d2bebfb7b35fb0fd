import { Redis, type RedisOptions } from 'ioredis';
import { reasonOfFailure, tellsNothing, whyClosed } from '../address/index.js';
import { isGroupMissing, isOutage, RedisTimeoutError, RedisUnavailableError } from '../model/errors/redis.js';
import { RedisWithChangingCredentials } from './changing-credentials.js';
import { OutageWatch } from './outage-watch.js';
import { encodeCommand } from './encoded-command.js';
import { canTakeReplies, RawReplies, type ReplyParser } from './raw-replies.js';
import { addressOf, connectingTo, type RedisTarget } from './redis-target.js';
import { SafeLogger } from '../log/safe-logger.js';
import { RenewedMap } from '../collections/renewed-map.js';

/** What a call may use of its connection: the commands, as ioredis has them. */
export type RedisCommands = Redis;

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

const FIRST_RECONNECT_MS = 50;
const MAX_RECONNECT_MS = 2000;
const LEAST_CONNECT_MS = 1000;

const logger = new SafeLogger('RedisConnection');

interface Call {
  run: (client: Redis) => void;
  fail: (error: Error) => void;
}

/**
 * One connection to Redis, on which every call has a deadline and settles.
 *
 * ioredis' own queues are off: commands are neither repeated after a lost reply (that would publish twice) nor kept
 * while Redis is away (that memory has no bound). A call that meets a closed connection waits for the next one; a call
 * whose connection closes after it was sent fails, since nobody knows whether it ran.
 */
export class RedisConnection {
  readonly address: string;
  private readonly client: Redis;
  private readonly watch: OutageWatch;
  private readonly waiting = new Set<Call>();
  private readonly sent = new RenewedMap<Call, true>();
  private readonly reconnectListeners: (() => void)[] = [];
  private raw: { stream: Redis['stream']; replies: RawReplies | undefined } | undefined;
  /** Whether it was said that events are read through ioredis. */
  private saysPlain = false;
  private isDown = false;
  private lastError: Error | undefined;
  private timesReady = 0;
  private closedBecause: string | undefined;
  private readonly hasFixedPassword: boolean;
  /** Whether the present connection has become ready. */
  private hasServed = false;
  /** Since the last connection that became ready: what was found out of those that were closed without a word. */
  private finding: { why: string | undefined } | undefined;
  private isFinding = false;
  private keepsProcess: boolean;
  private reopening: NodeJS.Timeout | undefined;

  constructor(
    target: RedisTarget,
    private readonly options: RedisConnectionOptions,
  ) {
    const { options: given, sources, hasFixedPassword } = connectingTo(target);
    this.keepsProcess = options.keepsProcess ?? true;
    this.address = addressOf(given);
    this.watch = options.watch ?? new OutageWatch(options.name);
    const settings: RedisOptions & { replyMapping: 'legacy' } = {
      ...given,
      replyMapping: 'legacy',
      // Scripts see replies in RESP2; transactions compare theirs with ours.
      protocol: 2,
      connectionName: options.name,
      // Its users need one right less, and the name says more.
      disableClientInfo: given.disableClientInfo ?? true,
      lazyConnect: true,
      // Before the first call gives up, which can say why then.
      connectTimeout: given.connectTimeout ?? Math.max(LEAST_CONNECT_MS, options.timeoutMs * 0.6),
      // A socket that nobody answers on must not keep a process that ends.
      disconnectTimeout: 100,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: null,
      // A master that is none any more goes on serving for seconds, and what it takes then is lost.
      failoverDetector: given.sentinels !== undefined,
      // A server that hangs keeps its sockets open; only silence betrays it. Longer than any answer may take, or
      // blocking reads would be cut in the middle.
      socketTimeout: (options.blockMs ?? 0) + options.timeoutMs,
      // ioredis' own timer would keep the process; after its end there is one of ours.
      retryStrategy: (times) => (this.keepsProcess ? pauseBefore(times) : null),
      reconnectOnError: (error) => (isReadOnly(error) ? 1 : false),
    };
    this.hasFixedPassword = hasFixedPassword;
    this.client = sources
      ? new RedisWithChangingCredentials(settings, sources, options.timeoutMs, pauseBefore)
      : new Redis(settings);
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

  private get isTls(): boolean {
    return this.client.options.tls !== undefined;
  }

  get isReady(): boolean {
    return this.client.status === 'ready';
  }

  /**
   * Why Redis refuses to sign this process in with the one password that it has; undefined otherwise. Only a new start
   * ends that, unless the old password is made to count again.
   */
  get signInRefusal(): string | undefined {
    const { lastError } = this;
    const isRefusal = lastError?.name === 'ReplyError' && /^(WRONGPASS|NOAUTH)\b/.test(lastError.message);
    return this.isDown && this.hasFixedPassword && isRefusal ? lastError.message : undefined;
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
   * Runs a command and settles within the deadline.
   *
   * @throws RedisTimeoutError, RedisUnavailableError when there is no answer: the command may or may not have run
   * @throws ioredis' ReplyError when Redis refuses the command
   */
  call<T>(command: (client: Redis) => Promise<T>, timeoutMs = this.options.timeoutMs): Promise<T> {
    if (this.closedBecause !== undefined) {
      return Promise.reject(new RedisUnavailableError(this.address, this.closedBecause));
    }
    this.open();
    return new Promise<T>((resolve, reject) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.waiting.delete(call);
        this.sent.delete(call);
      };
      const call: Call = {
        fail: (error) => {
          finish();
          reject(error);
        },
        run: (client) => {
          this.waiting.delete(call);
          this.sent.set(call, true);
          command(client).then(
            (reply) => {
              finish();
              this.watch.served();
              resolve(reply);
            },
            (error: unknown) => {
              call.fail(this.named(error));
            },
          );
        },
      };
      const timer = setTimeout(() => {
        // A connection that was never refused nor closed, only not answered, is no more than that.
        const isDown = this.waiting.has(call) && this.isDown;
        call.fail(isDown ? this.unavailable() : new RedisTimeoutError(this.address, timeoutMs));
      }, timeoutMs);
      if (this.isReady) call.run(this.client);
      else this.waiting.add(call);
    });
  }

  /**
   * As {@link call}, for one command whose reply is read by a parser of its own; on a connection that is used for nothing
   * else, and for one such call at a time. Where ioredis does not read its connections as expected, the command goes through it:
   * that is slower, and the result the same.
   *
   * @param fromReply makes the same of the reply as ioredis gives it: lists, numbers, texts as bytes
   * @internal
   */
  async callRaw<T>(
    args: readonly [name: string, ...args: (string | number)[]],
    parser: ReplyParser<T>,
    fromReply: (reply: unknown) => T,
    timeoutMs: number,
  ): Promise<T> {
    let stream: Redis['stream'] | undefined;
    try {
      return await this.call(async (client) => {
        ({ stream } = client);
        const replies = this.rawRepliesOf(stream);
        return replies ? replies.send(encodeCommand(args), parser) : fromReply(await client.callBuffer(...args));
      }, timeoutMs);
    } catch (error) {
      // What comes too late would be taken for the next reply, or for nobody's. And as ioredis does after its own commands: a master
      // that is one no more is looked for anew.
      if (error instanceof RedisTimeoutError || isReadOnly(error)) stream?.destroy();
      throw error;
    }
  }

  /** @returns undefined where ioredis does not read this connection as expected */
  private rawRepliesOf(stream: Redis['stream']): RawReplies | undefined {
    if (this.raw?.stream === stream) return this.raw.replies;
    const replies = canTakeReplies(stream) ? new RawReplies(stream) : undefined;
    if (!replies && !this.saysPlain) {
      this.saysPlain = true;
      logger.warn(
        'This version of ioredis reads its connections otherwise than expected: events are read through it, which is slower',
      );
    }
    this.raw = { stream, replies };
    return replies;
  }

  /** Closes the connection; calls that are under way fail. */
  close(reason = 'this connection was closed'): void {
    if (this.isClosed) return;
    this.closedBecause = reason;
    this.watch.forget(this);
    for (const call of [...this.waiting, ...this.sent.keys()]) {
      call.fail(new RedisUnavailableError(this.address, reason));
    }
    this.client.disconnect();
  }

  private onReady(): void {
    this.isDown = false;
    this.hasServed = true;
    this.finding = undefined;
    this.lastError = undefined;
    this.timesReady += 1;
    this.watch.isUp(this);
    if (this.timesReady > 1) for (const listener of this.reconnectListeners) listener();
    for (const call of [...this.waiting]) call.run(this.client);
  }

  private onDown(error: Error | undefined): void {
    if (error) this.lastError = error;
    if (this.isClosed) return;
    const { hasServed } = this;
    this.isDown = true;
    this.hasServed = false;
    for (const call of [...this.sent.keys()]) call.fail(this.unavailable());
    if (!hasServed && !this.finding) this.findOut();
    if (!this.isFinding) this.watch.isDown(this, this.address, this.reason());
  }

  /** Looks once why a server has closed a connection before it served, if its error does not tell; the log waits for that. */
  private findOut(): void {
    const { host = '127.0.0.1', port = 6379, path, tls, sentinels } = this.client.options;
    const { code } = (this.lastError ?? {}) as NodeJS.ErrnoException;
    if (sentinels || this.isFinding || this.lastError?.name === 'ReplyError' || !tellsNothing(code)) return;
    const finding: RedisConnection['finding'] = { why: undefined };
    this.finding = finding;
    this.isFinding = true;
    void whyClosed(path === undefined ? { host, port } : { path }, tls, code).then((why) => {
      this.isFinding = false;
      finding.why = why;
      if (this.isDown && !this.isClosed) this.watch.isDown(this, this.address, this.reason());
    });
  }

  private reason(): string {
    const { code } = (this.lastError ?? {}) as NodeJS.ErrnoException;
    const isReply = this.lastError?.name === 'ReplyError';
    const found = !isReply && tellsNothing(code) ? this.finding?.why : undefined;
    return found ?? reasonOf(this.lastError, this.isTls);
  }

  private unavailable(): RedisUnavailableError {
    return new RedisUnavailableError(this.address, this.reason(), { cause: this.lastError });
  }

  /** Says once that Redis refuses, if this error means that: also one that its answer to a call tells of a part of it. */
  wasRefused(error: Error): void {
    // What ends a blocking read is a consequence; the next command meets the cause.
    if (isOutage(error) && !isGroupMissing(error)) this.watch.refused(this.address, error.message);
  }

  /** ioredis' own errors become ours; what Redis said stays as it is. */
  private named(error: unknown): Error {
    if (error instanceof Error && error.name === 'ReplyError') {
      this.wasRefused(error);
      return error;
    }
    return new RedisUnavailableError(this.address, reasonOf(error, this.isTls), { cause: error });
  }
}

/** How long to wait before the connection is tried again, in milliseconds. @param times that it was tried */
function pauseBefore(times: number): number {
  const pauseMs = Math.min(FIRST_RECONNECT_MS * 2 ** Math.min(times - 1, 10), MAX_RECONNECT_MS);
  return pauseMs * (0.75 + Math.random() / 2);
}

/** Why this process cannot have the database that it asked for; undefined when that is not what failed. */
function databaseRefusal(error: Error): string | undefined {
  const { command } = error as { command?: { name?: string } };
  if (command?.name !== 'select' || /^NOAUTH\b/.test(error.message)) return undefined;
  return error.message.includes('out of range')
    ? 'it has no such database'
    : `it refuses the database: ${error.message}`;
}

function isReadOnly(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('READONLY');
}

function reasonOf(error: unknown, isTls: boolean): string {
  if (!(error instanceof Error)) return 'the connection was closed';
  const { code } = error as NodeJS.ErrnoException;
  return (
    reasonOfFailure({ code, message: error.message }, isTls) ?? `${error.name}: ${error.message.replace(/\.$/, '')}`
  );
}
