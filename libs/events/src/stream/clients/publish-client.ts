import type { Argument } from '../../connection/encode-command.js';
import type { Connection, Link } from '../../connection/connection.js';
import { asList, asNumber, asText } from '../../connection/reply.js';
import { RedisUnavailableError } from '../../model/errors/redis.js';
import { runScript } from '../scripts/scripts.js';

/** What the answer to a command that waits at the server takes beyond that, in milliseconds. */
const ANSWER_MS = 1000;

/** How safe what was written is. */
export interface Safety {
  /** Whether it is on the disk of the server that was asked; true where that was not asked. */
  isLocal: boolean;
  /** On how many replicas it is. */
  replicas: number;
}

/** Appends events, and waits until they are safe. */
export class PublishClient {
  private firstCheck: (() => Promise<void> | undefined) | undefined;

  constructor(readonly connection: Connection) {}

  /**
   * Says what is to be checked before anything is written for the first time.
   *
   * @param check undefined as its answer when there is nothing left to check; it is asked again when it rejects
   */
  checkFirst(check: () => Promise<void> | undefined): void {
    this.firstCheck = check;
  }

  /** To be waited for before anything is written. @returns undefined where there is nothing to check @throws what the check does */
  checked(): Promise<void> | undefined {
    const checking = this.firstCheck?.();
    if (!checking) this.firstCheck = undefined;
    return checking;
  }

  /**
   * Appends what several requests ask for; see `lua/append.lua`.
   *
   * @returns for each event its entry's id, or why nothing of its request was appended; and the connection that it was
   * written on
   */
  async append(
    keys: readonly string[],
    values: readonly Argument[],
    timeoutMs?: number,
  ): Promise<{ answers: string[]; generation: number }> {
    let generation = 0;
    const reply = await this.connection.call((link) => {
      ({ generation } = this.connection);
      return runScript(link, 'append', keys, values);
    }, timeoutMs);
    return { answers: asText(reply, 'append').split('\n'), generation };
  }

  /**
   * Waits until what was written on this connection is as safe as demanded.
   *
   * @param generation of the connection that it was written on
   * @throws RedisUnavailableError when the connection is another one by now, which knows nothing of it: write again
   * @throws Redis' own error where it does not know how, or has no append-only file
   */
  async waitFor(
    acks: 'replicated' | 'fsynced',
    replicas: number,
    timeoutMs: number,
    generation = this.connection.generation,
  ): Promise<Safety> {
    const wait = async (link: Link): Promise<Safety> => {
      // Here, since the call may have waited for a connection: a new one would say yes to everything.
      if (this.connection.generation !== generation) {
        throw new RedisUnavailableError(this.connection.address, 'the connection was lost before the write was safe');
      }
      if (acks === 'replicated') {
        return { isLocal: true, replicas: asNumber(await link.send(['WAIT', replicas, timeoutMs]), 'WAIT') };
      }
      const [local, remote] = asList(await link.send(['WAITAOF', 1, replicas, timeoutMs]), 'WAITAOF');
      return { isLocal: local === 1, replicas: asNumber(remote, 'WAITAOF') };
    };
    return this.connection.call(wait, timeoutMs + ANSWER_MS);
  }
}
