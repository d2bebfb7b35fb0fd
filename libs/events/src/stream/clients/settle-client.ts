import type { Argument } from '../../connection/encode-command.js';
import { redisReply } from '../../connection/redis-reply.js';
import { asList, asText } from '../../connection/reply.js';
import { isForbidden, UnexpectedReplyError } from '../../model/errors/redis.js';
import type { Channel } from '../keys/channel.js';
import type { ScriptRunner } from '../scripts/script-runner.js';

/** What became of a settlement; see `lua/settle.lua`. */
export type SettleReply =
  | { status: 'applied' | 'already-settled' | 'parked' | 'none-parked' }
  | { status: 'lost'; consumer: string }
  | { status: 'conflict'; redisKey: string }
  | { status: 'refused'; why: string }
  /** Redis' own error, such as NOGROUP. */
  | { status: 'error'; error: Error };

const APPLIED: SettleReply = { status: 'applied' };

/** Ends deliveries. */
export class SettleClient {
  constructor(private readonly scripts: ScriptRunner) {}

  /** Settles deliveries, each whole or not at all; the replies come in their order. */
  async settle(keys: readonly string[], values: readonly Argument[]): Promise<SettleReply[]> {
    const replies = await this.scripts.run('settle', keys, values);
    if (typeof replies === 'number') return new Array<SettleReply>(replies).fill(APPLIED);
    return asList(replies, 'settle').map((reply) => (reply === 1 ? APPLIED : this.replyOf(asList(reply, 'settle'))));
  }

  private replyOf([status, detail]: readonly unknown[]): SettleReply {
    switch (status) {
      case 'applied':
      case 'already-settled':
      case 'parked':
      case 'none-parked':
        return { status };
      case 'lost':
        return { status, consumer: asText(detail, 'settle') };
      case 'conflict':
        return { status, redisKey: asText(detail, 'settle') };
      case 'refused':
        return { status, why: asText(detail, 'settle') };
      case 'error': {
        const error = redisReply(asText(detail, 'settle'));
        if (isForbidden(error)) this.scripts.connection.wasRefused(error);
        return { status, error };
      }
      default:
        throw new UnexpectedReplyError('settle', 'a known status', String(status));
    }
  }

  /**
   * Acknowledges entries, whoever has them, and deletes their notes.
   *
   * @param handlers who may have notes
   */
  async acknowledge(
    channel: Pick<Channel, 'key' | 'notes'>,
    group: string,
    handlers: readonly string[],
    ids: readonly string[],
  ): Promise<void> {
    await this.scripts.run('acknowledge', [channel.key, channel.notes], [group, handlers.length, ...handlers, ...ids]);
  }

  /** Takes a quarantine run off a note, since it has ended. */
  async endQuarantineRun(notes: string, field: string, name: string): Promise<void> {
    await this.scripts.run('end-quarantine-run', [notes], [field, name]);
  }
}
