import { asList, asNumber, asText } from '../../connection/reply.js';
import { pairs } from '../entries/pairs.js';
import type { ScriptRunner } from '../scripts/script-runner.js';

/** The answer to trimming; see `lua/trim.lua`. */
export interface TrimReply {
  trimmed: number;
  hasMore: boolean;
  /** How many entries are left. */
  length: number;
  /** The group that has still to handle what could go otherwise. */
  heldBackBy: string | undefined;
  /** By group: entries that were dropped before it had handled them. */
  dropped: Readonly<Record<string, number>>;
}

/** Trims streams. */
export class TrimClient {
  constructor(private readonly scripts: ScriptRunner) {}

  /**
   * Trims a stream, a bounded number of entries at a time.
   *
   * @param keys the stream; in the background also who trims it
   * @returns undefined when another process does
   */
  async trim(keys: readonly string[], values: readonly (string | number)[]): Promise<TrimReply | undefined> {
    const reply = await this.scripts.run('trim', keys, values);
    if (reply === null) return undefined;
    const [trimmed, hasMore, length, heldBackBy, dropped] = asList(reply, 'trim');
    return {
      trimmed: asNumber(trimmed, 'trim'),
      hasMore: hasMore === 1,
      length: asNumber(length, 'trim'),
      heldBackBy: heldBackBy === '' ? undefined : asText(heldBackBy, 'trim'),
      dropped: Object.fromEntries(
        pairs(asList(dropped, 'trim')).map(([group, count]) => [asText(group, 'trim'), asNumber(count, 'trim')]),
      ),
    };
  }
}
