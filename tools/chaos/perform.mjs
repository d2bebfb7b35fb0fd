import { setTimeout as sleep } from 'node:timers/promises';
import { createRecoveryWatch } from './recovery.mjs';

/**
 * What became of a planned fault.
 * @typedef {object} DoneFault
 * @property {import('./schedule.mjs').Fault} fault
 * @property {string | null} remark what went differently than planned, or null
 * @property {import('./recovery.mjs').Recovery} recovery
 */

/**
 * Carries out what is planned, each fault at its time, and waits until all victims are healed and have recovered (or did not
 * in time). Rejects where a victim cannot be healed; what is broken then stays so, for whoever ends everything.
 * @param {readonly import('./schedule.mjs').Fault[]} faults
 * @param {object} on
 * @param {ReadonlyMap<string, import('./victims.mjs').Victim>} on.victims by what the plan calls them
 * @param {readonly import('../shop/apps.mjs').PlannedApp[]} on.apps
 * @param {number} on.endsAfterMs how long it takes at least, as after the last fault the shop runs on
 * @param {(fault: import('./schedule.mjs').Fault) => void} on.tell told when a fault begins
 * @param {(fault: import('./schedule.mjs').Fault, remark: string) => void} on.remark told what went differently than planned
 * @returns {Promise<DoneFault[]>}
 */
export async function perform(faults, { victims, apps, endsAfterMs, tell, remark: tellRemark }) {
  const startedAt = performance.now();
  const watch = createRecoveryWatch(apps);
  /** @type {Map<string, Promise<unknown>>} by victim: the end of its last fault, as a clean stop can take longer than planned */
  const turns = new Map();

  const suffer = async (/** @type {import('./schedule.mjs').Fault} */ fault) => {
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

  const performOne = async (/** @type {import('./schedule.mjs').Fault} */ fault) => {
    await sleep(Math.max(0, startedAt + fault.atMs - performance.now()));
    const turn = Promise.resolve(turns.get(fault.target)).then(() => suffer(fault));
    turns.set(fault.target, turn);
    const { remark, healedFrom } = await turn;
    return { fault, remark, recovery: await watch.recoveryOf(fault.target, healedFrom) };
  };
  const [done] = await Promise.all([Promise.all(faults.map(performOne)), sleep(endsAfterMs)]);
  return done;
}
