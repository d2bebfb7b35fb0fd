import { asList, asText } from '../../connection/reply.js';
import { UnexpectedReplyError } from '../../model/errors/redis.js';
import type { ScriptRunner } from '../scripts/script-runner.js';

/**
 * What was done to a dead letter: it was gone, cannot be replayed, or its original was lost; it was taken; or one of its key comes
 * first.
 */
export type TakeReply =
  { status: 'gone' | 'unfit' | 'lost' } | { status: 'taken'; replayId: string } | { status: 'parked'; first: string };

/** Acts on dead letters. */
export class DeadLetterClient {
  constructor(private readonly scripts: ScriptRunner) {}

  /** Takes a dead letter away, to replay or to discard it; see `lua/take-dead-letter.lua`. */
  async take(keys: readonly string[], values: readonly (string | number)[]): Promise<TakeReply> {
    const [status, id] = asList(await this.scripts.run('take-dead-letter', keys, values), 'take-dead-letter');
    switch (status) {
      case 'again':
        return this.take(keys, values);
      case 'gone':
      case 'unfit':
      case 'lost':
        return { status };
      case 'taken':
        return { status, replayId: asText(id, 'take-dead-letter') };
      case 'parked':
        return { status, first: asText(id, 'take-dead-letter') };
      default:
        throw new UnexpectedReplyError('take-dead-letter', 'a known status', String(status));
    }
  }
}
