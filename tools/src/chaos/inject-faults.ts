import { setTimeout as sleep } from 'node:timers/promises';
import { createRecoveryWatch, type Recovery } from './recovery.js';
import type { Fault } from './schedule.js';
import type { FaultTarget } from './targets.js';
import type { PlannedApp } from '../shop/apps.js';

/** A fault that was injected, and its result. */
export interface InjectedFault {
  readonly fault: Fault;
  /** What was different from the plan, or null. */
  readonly deviation: string | null;
  readonly recovery: Recovery;
}

interface InjectFaultsOptions {
  /** By their names in the plan. */
  readonly targets: ReadonlyMap<string, FaultTarget>;
  readonly apps: readonly PlannedApp[];
  /** The least duration: the shop runs on after the last fault. */
  readonly endsAfterMs: number;
  /** Called when a fault begins. */
  readonly onFault: (fault: Fault) => void;
  /** Called when something was different from the plan. */
  readonly onDeviation: (fault: Fault, deviation: string) => void;
}

/**
 * Injects each planned fault at its time, and waits until all targets are healed and have recovered, or their deadline has
 * passed. Rejects if a target cannot be healed; the caller must then end all processes.
 */
export async function injectFaults(
  faults: readonly Fault[],
  { targets, apps, endsAfterMs, onFault, onDeviation }: InjectFaultsOptions,
): Promise<InjectedFault[]> {
  const startedAt = performance.now();
  const watch = createRecoveryWatch(apps);
  /** The last fault of each target. The next one waits for it, because a clean stop can take longer than planned. */
  const lastFaults = new Map<string, Promise<unknown>>();
  const inject = async (fault: Fault) => {
    const { target, action, forMs } = fault;
    const faultTarget = targets.get(target);
    if (faultTarget === undefined) {
      throw new Error(`The plan has a fault of ${target}. Expected one of ${[...targets.keys()].join(', ')}.`);
    }
    watch.broken(target);
    onFault(fault);
    const deviation = await faultTarget.inject(action);
    if (deviation !== null) onDeviation(fault, deviation);
    await sleep(forMs);
    const healingSince = performance.now(); // before heal(), because Redis loads its data meanwhile
    await faultTarget.heal(action);
    watch.healed(target);
    return { deviation, healingSince };
  };

  const injectInTime = async (fault: Fault) => {
    await sleep(Math.max(0, startedAt + fault.atMs - performance.now()));
    const injecting = Promise.resolve(lastFaults.get(fault.target)).then(() => inject(fault));
    lastFaults.set(fault.target, injecting);
    const { deviation, healingSince } = await injecting;
    return { fault, deviation, recovery: await watch.recoveryOf(fault.target, healingSince) };
  };
  const [injected] = await Promise.all([Promise.all(faults.map(injectInTime)), sleep(endsAfterMs)]);
  return injected;
}
