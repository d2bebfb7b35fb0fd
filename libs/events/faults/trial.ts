import { eventually, type TestRedis } from '@repo/testing';
import { expect } from 'vitest';
import type { Worker } from '../test/worker.js';
import type { Child } from './child.js';
import { isQuiet, readFinalState, type Place } from './final-state.js';
import { partitionOf } from '../src/stream/keys/murmur2.js';
import { History } from './history.js';
import { violationsOf, type Promised, type Violation } from './invariants.js';

/** Where a trial took place, and who is still there at its end. */
export interface Scene extends Place {
  client: TestRedis['client'];
  /** Workers that are alive, in this process or in others. */
  alive: readonly (Worker | Child)[];
}

/**
 * How a server that will be killed is to write its file. With `everysec` it puts a write off while a slow disk is still
 * busy with the one before, for up to 2 s, and answers all the same: killed then, it loses what it has acknowledged.
 */
export const SAFE: readonly string[] = ['--appendfsync', 'always'];

/** What is left of the promises where Redis itself loses what it has acknowledged: all that is there is there once. */
export const BACK_IN_TIME = { order: 'none', mayLoseAcknowledged: true } as const;

/** How long recovery may take once the fault is healed: a claim of a dead worker, its takeover, and a busy machine. */
const RECOVERY_MS = 20_000;

/**
 * What every trial ends with, once its fault is healed: waits until the group has settled everything, and checks that all
 * promises held.
 */
export async function expectPromisesKept(
  history: History,
  scene: Scene,
  promised: Omit<Promised, 'workers'>,
  withinMs = RECOVERY_MS,
): Promise<void> {
  expect(show(await judge(history, scene, promised, withinMs))).toEqual([]);
}

/** The same where streams have partitions, each of which keeps its promises; order is that of the key, whoever handles it. */
export async function expectPartitionsKept(history: History, scene: Scene, count: number): Promise<void> {
  for (let partition = 0; partition < count; partition += 1) {
    const own = new History();
    const isOwn = ({ key }: { key: string }): boolean => partitionOf(key, count) === partition;
    own.publications.push(...history.publications.filter(isOwn));
    own.runs.push(...history.runs.filter(isOwn));
    const prefix = `{${scene.prefix}:${String(partition)}}`;
    expect(show(await judge(own, { ...scene, prefix }, { order: 'key' }, RECOVERY_MS))).toEqual([]);
  }
}

async function judge(
  history: History,
  { client, alive, ...place }: Scene,
  promised: Omit<Promised, 'workers'>,
  withinMs: number,
): Promise<Violation[]> {
  const workers = alive.map((worker) => ('consumer' in worker ? worker.consumer.name : worker.name));
  const held = (): number =>
    alive.reduce((sum, worker) => sum + ('consumer' in worker ? worker.consumer.inFlight : 0), 0);
  const started = performance.now();
  const settled = async (): Promise<boolean> => {
    if (!(await isQuiet(client, place)) || held() > 0) return false;
    // The consumers of the dead go when they hold nothing and were not seen for a while.
    return (await readFinalState(client, place)).consumers.every((name) => workers.includes(name));
  };
  const quietAfterMs = await eventually('everything is settled', settled, withinMs).then(
    () => Math.round(performance.now() - started),
    () => undefined,
  );
  const state = await readFinalState(client, place);
  return violationsOf(history, { state, quietAfterMs, withinMs, held: held() }, { ...promised, workers });
}

/** The first of many, for a message that can be read. */
function show(violations: readonly Violation[]): Violation[] {
  return violations.map(({ shownBy, ...violation }) => ({
    ...violation,
    shownBy: shownBy.length > 10 ? [...shownBy.slice(0, 10), `and ${String(shownBy.length - 10)} more`] : shownBy,
  }));
}
