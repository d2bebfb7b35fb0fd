import { redisReply } from '../../connection/redis-reply.js';
import { asList, asNumber, asTexts } from '../../connection/reply.js';
import type { ConsumerAddress } from '../keys/consumer-address.js';
import { pairs } from '../entries/pairs.js';
import type { ScriptRunner } from '../scripts/script-runner.js';
import { linesOf } from '../keys/waiting.js';

/** How many consumers one script call removes: while it runs, the server does nothing else. */
const CONSUMERS_AT_ONCE = 100;

/** What a look for left-behind entries has found; see `lua/look.lua`. */
export interface Look {
  /** After how long to look again, in milliseconds. */
  pauseMs: number;
  /** The streams where something was left behind. */
  left: string[];
  /** The streams that could not be looked at, and what Redis said. */
  failed: Map<string, Error>;
  /** The streams of which entries may wait for a worker that handles them. */
  waiting: string[];
}

/** How the workers of a group watch each other: they say that they live, and find what dead ones left behind. */
export class WatchClient {
  constructor(private readonly scripts: ScriptRunner) {}

  /**
   * Says that a worker is alive. Where no worker of its group has looked for `everyMs`, it also looks for entries that no consumer has
   * renewed for `claimAfterMs`, and removes consumers that have nothing pending and were not seen for `forgetAfterMs`.
   *
   * @param watch the key of the group's watch
   * @param handled by stream: the names of the consumers under which waits what this worker handles
   */
  async look(
    watch: string,
    handled: ReadonlyMap<string, readonly string[]>,
    { group, consumer }: Omit<ConsumerAddress, 'streamKey'>,
    { everyMs, claimAfterMs, forgetAfterMs }: { everyMs: number; claimAfterMs: number; forgetAfterMs: number },
  ): Promise<Look> {
    const streams = [...handled.keys()];
    const lines = linesOf([...handled].flatMap(([stream, names]) => names.map((name) => `${stream} ${name}`)));
    const values = [group, consumer, everyMs, claimAfterMs, forgetAfterMs, CONSUMERS_AT_ONCE, lines];
    const reply = await this.scripts.run('look', [watch, ...streams], values);
    const [pauseMs, left, failed, waiting] = asList(reply, 'look');
    const keyAt = (place: unknown): string => streams[Number(place) - 1] ?? '';
    return {
      pauseMs: asNumber(pauseMs, 'look'),
      left: asList(left, 'look').map(keyAt),
      failed: new Map(pairs(asList(failed, 'look')).map(([place, why]) => [keyAt(place), redisReply(String(why))])),
      waiting: asList(waiting, 'look').map(keyAt),
    };
  }

  /** Takes a worker off the watch. Whoever comes next looks at once for what it has left. */
  async deregister(watch: string, streams: readonly string[], consumer: string): Promise<void> {
    const fields = [`seen ${consumer}`, `handles ${consumer}`, ...streams.map((stream) => `looked ${stream}`)];
    await this.scripts.connection.command('HDEL', watch, ...fields);
  }

  /** Removes consumers that have nothing pending and were not seen for `idleMs`, up to a hundred. @returns their names */
  async removeConsumers({ streamKey, group, consumer }: ConsumerAddress, idleMs: number): Promise<string[]> {
    return asTexts(await this.scripts.run('sweep', [streamKey], [group, consumer, idleMs, CONSUMERS_AT_ONCE]), 'sweep');
  }
}
