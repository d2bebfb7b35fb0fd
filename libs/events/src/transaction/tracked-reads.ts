import { withLast, type TrackedRead } from './effects.js';
import { asText } from './replies.js';
import { replyDigest } from './reply-digest.js';
import type { Reader, WorkerReads } from './worker-reads.js';

/** The reads of one transaction, which its commit checks again. */
export class TrackedReads implements Reader {
  list: readonly TrackedRead[] = NONE;
  isSpeculative = false;
  private isOver = false;

  constructor(
    private readonly reads: WorkerReads,
    readonly isPlain: boolean,
  ) {}

  /** @returns the reply, with its bytes read as text */
  async read(command: string, key: string, args: readonly string[]): Promise<unknown> {
    const reply = await this.reads.read(this, command, key, args);
    if (!this.isOver) this.list = withLast(this.list, { command, key, args, digest: replyDigest(command, reply) });
    return asText(reply);
  }

  /** The run is over: the commit does not check reads that the handler has not awaited. */
  end(): void {
    this.isOver = true;
  }
}

const NONE: readonly never[] = [];
