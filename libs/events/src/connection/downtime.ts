import type { RedisOptions } from 'ioredis';
import { reasonOfFailure, tellsNothing, whyClosed } from '../address/index.js';

/** Since when a connection is closed or could not be made, and why: its errors say it, or else a look at the server finds out. */
export class Downtime {
  private lasts = false;
  private error: Error | undefined;
  /** Whether the connection before has become ready. */
  private hasServed = false;
  /** Since the last connection that became ready: what was found out of those that were closed without a word. */
  private finding: { why: string | undefined } | undefined;
  private looking = false;

  /**
   * @param options how ioredis connects
   * @param onFound called when a look has come to its end
   */
  constructor(
    private readonly options: RedisOptions,
    private readonly onFound: () => void,
  ) {}

  /** Whether a connection has failed, and none is ready since. */
  get isOn(): boolean {
    return this.lasts;
  }

  /** What was thrown last; undefined where nothing was. */
  get cause(): Error | undefined {
    return this.error;
  }

  /** Whether a look at the server will soon say more of the reason. */
  get isLooking(): boolean {
    return this.looking;
  }

  /**
   * A connection has failed. A server that has closed it before it served is looked at, once, if its error tells nothing.
   *
   * @param error undefined where it was only closed
   */
  begin(error: Error | undefined): void {
    if (error) this.error = error;
    const { hasServed } = this;
    this.lasts = true;
    this.hasServed = false;
    if (!hasServed && !this.finding) this.look();
  }

  /** A connection is ready. */
  end(): void {
    this.lasts = false;
    this.hasServed = true;
    this.finding = undefined;
    this.error = undefined;
  }

  /** Why, in words for people. */
  get reason(): string {
    const found = !this.isReply && tellsNothing(this.code) ? this.finding?.why : undefined;
    return found ?? this.reasonOf(this.error);
  }

  /** What a failure means, in words for people. */
  reasonOf(error: unknown): string {
    if (!(error instanceof Error)) return 'the connection was closed';
    const { code } = error as NodeJS.ErrnoException;
    const reason = reasonOfFailure({ code, message: error.message }, this.options.tls !== undefined);
    return reason ?? `${error.name}: ${error.message.replace(/\.$/, '')}`;
  }

  /** What Redis has said when it refused to sign this process in; undefined otherwise. */
  get signInRefusal(): string | undefined {
    const message = this.isReply ? this.error?.message : undefined;
    return message !== undefined && /^(WRONGPASS|NOAUTH)\b/.test(message) ? message : undefined;
  }

  private look(): void {
    const { host = '127.0.0.1', port = 6379, path, tls, sentinels } = this.options;
    const { code } = this;
    if (sentinels || this.looking || this.isReply || !tellsNothing(code)) return;
    const finding: Downtime['finding'] = { why: undefined };
    this.finding = finding;
    this.looking = true;
    void whyClosed(path === undefined ? { host, port } : { path }, tls, code).then((why) => {
      this.looking = false;
      finding.why = why;
      this.onFound();
    });
  }

  private get isReply(): boolean {
    return this.error?.name === 'ReplyError';
  }

  private get code(): string | undefined {
    return (this.error as NodeJS.ErrnoException | undefined)?.code;
  }
}

/** Why this process cannot have the database that it asked for; undefined when that is not what failed. */
export function databaseRefusal(error: Error): string | undefined {
  const { command } = error as { command?: { name?: string } };
  if (command?.name !== 'select' || /^NOAUTH\b/.test(error.message)) return undefined;
  return error.message.includes('out of range')
    ? 'it has no such database'
    : `it refuses the database: ${error.message}`;
}
