import { setTimeout as sleep } from 'node:timers/promises';
import { createRecoveryWatch, type Recovery } from './recovery.js';
import type { Fault } from './schedule.js';
import type { Victim } from './victims.js';
import type { PlannedApp } from '../shop/apps.js';

/** What became of a planned fault. */
export interface DoneFault {
  readonly fault: Fault;
  /** What went differently than planned, or null. */
  readonly remark: string | null;
  readonly recovery: Recovery;
}

interface PerformOptions {
  /** By what the plan calls them. */
  readonly victims: ReadonlyMap<string, Victim>;
  readonly apps: readonly PlannedApp[];
  /** How long it takes at least, as after the last fault the shop runs on. */
  readonly endsAfterMs: number;
  /** Told when a fault begins. */
  readonly tell: (fault: Fault) => void;
  /** Told what went differently than planned. */
  readonly remark: (fault: Fault, remark: string) => void;
}

/**
 * Carries out what is planned, each fault at its time, and waits until all victims are healed and have recovered (or did not
 * in time). Rejects where a victim cannot be healed; what is broken then stays so, for whoever ends everything.
 */
export async function perform(
  faults: readonly Fault[],
  { victims, apps, endsAfterMs, tell, remark: tellRemark }: PerformOptions,
): Promise<DoneFault[]> {
  const startedAt = performance.now();
  const watch = createRecoveryWatch(apps);
  /** by victim: the end of its last fault, as a clean stop can take longer than planned */
  const turns = new Map<string, Promise<unknown>>();

  const suffer = async (fault: Fault) => {
    const { target, action, forMs } = fault;
    const victim = victims.get(target);
    if (victim === undefined) throw new Error(`The plan has a fault of ${target}, which is none of the victims.`);
    watch.broken(target);
    tell(fault);
    const remark = await victim.harm(action);
    if (remark !== null) tellRemark(fault, remark);
    await sleep(forMs);
    const healedFrom = performance.now(); // Redis has its data to load
    await victim.heal(action);
    watch.healed(target);
    return { remark, healedFrom };
  };

  const performOne = async (fault: Fault) => {
    await sleep(Math.max(0, startedAt + fault.atMs - performance.now()));
    const turn = Promise.resolve(turns.get(fault.target)).then(() => suffer(fault));
    turns.set(fault.target, turn);
    const { remark, healedFrom } = await turn;
    return { fault, remark, recovery: await watch.recoveryOf(fault.target, healedFrom) };
  };
  const [done] = await Promise.all([Promise.all(faults.map(performOne)), sleep(endsAfterMs)]);
  return done;
}
