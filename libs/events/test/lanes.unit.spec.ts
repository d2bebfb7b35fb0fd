import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Lanes } from '../src/dispatch/lanes.js';

/** Lets everything run that is ready to. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('Lanes', () => {
  it('run the jobs of a key in their order, one at a time, whatever order they could finish in', async () => {
    const jobs = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c') }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), jobs, async (scheduler, list) => {
        const lanes = new Lanes<() => Promise<void>>((job) => job());
        const running = new Set<string>();
        const seen: Record<string, number[]> = {};
        list.forEach(({ key }, index) => {
          lanes.run(key, async () => {
            expect(running.has(key)).toBe(false);
            running.add(key);
            await scheduler.schedule(Promise.resolve());
            running.delete(key);
            (seen[key] ??= []).push(index);
          });
        });
        await scheduler.waitIdle();
        for (const key of ['a', 'b', 'c']) {
          expect(seen[key] ?? []).toEqual(list.flatMap((job, index) => (job.key === key ? [index] : [])));
        }
        await settle();
        expect(lanes.size).toBe(0);
      }),
    );
  });

  it('run the jobs of different keys side by side', async () => {
    const lanes = new Lanes<() => Promise<void>>((job) => job());
    const started: string[] = [];
    let finish = (): void => undefined;
    const blocked = new Promise<void>((resolve) => (finish = resolve));
    for (const key of ['a', 'b', 'c', 'a']) {
      lanes.run(key, async () => {
        started.push(key);
        await blocked;
      });
    }
    expect(started).toEqual(['a', 'b', 'c']);
    finish();
    await settle();
    expect(started).toEqual(['a', 'b', 'c', 'a']);
    expect(lanes.size).toBe(0);
  });

  it('go on with a key whose job failed', async () => {
    const lanes = new Lanes<() => Promise<void>>((job) => job());
    const ran: string[] = [];
    Logger.overrideLogger(false);
    lanes.run('a', () => Promise.reject(new Error('must not happen, but did')));
    lanes.run('a', async () => {
      await settle();
      ran.push('follower');
    });
    await settle();
    lanes.run('a', () => Promise.resolve(void ran.push('late follower')));
    await settle();
    await settle();
    expect(ran).toEqual(['follower', 'late follower']);
    expect(lanes.size).toBe(0);
  });
});
