import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logTo, silentLogger } from '../src/log/logger.js';
import { KeyedQueue } from '../src/concurrency/keyed-queue.js';

/** Lets everything run that is ready to. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('A keyed queue', () => {
  it('runs the jobs of a key in their order, one at a time, however long each takes', async () => {
    const jobs = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c') }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), jobs, async (scheduler, list) => {
        const queue = new KeyedQueue<() => Promise<void>>((job) => job());
        const running = new Set<string>();
        const seen: Record<string, number[]> = {};
        list.forEach(({ key }, index) => {
          queue.run(key, async () => {
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
        expect(queue.size).toBe(0);
      }),
    );
  });

  it('runs the jobs of different keys side by side', async () => {
    const queue = new KeyedQueue<() => Promise<void>>((job) => job());
    const started: string[] = [];
    let finish = (): void => undefined;
    const blocked = new Promise<void>((resolve) => (finish = resolve));
    for (const key of ['a', 'b', 'c', 'a']) {
      queue.run(key, async () => {
        started.push(key);
        await blocked;
      });
    }
    expect(started).toEqual(['a', 'b', 'c']);
    finish();
    await settle();
    expect(started).toEqual(['a', 'b', 'c', 'a']);
    expect(queue.size).toBe(0);
  });

  it('goes on with a key after a failed job', async () => {
    const queue = new KeyedQueue<() => Promise<void>>((job) => job());
    const ran: string[] = [];
    logTo(silentLogger);
    queue.run('a', () => Promise.reject(new Error('must not happen, but did')));
    queue.run('a', async () => {
      await settle();
      ran.push('follower');
    });
    await settle();
    queue.run('a', () => Promise.resolve(void ran.push('late follower')));
    await settle();
    await settle();
    expect(ran).toEqual(['follower', 'late follower']);
    expect(queue.size).toBe(0);
  });

  it('defers the first item of a key, and resumes it later before all that came meanwhile', async () => {
    const seen: string[] = [];
    const rests = new Set<string>();
    const queue = new KeyedQueue<string, string>(
      (item) => Promise.resolve(void seen.push(item)),
      (item) => (rests.delete(item) ? item : undefined),
      { defer: (item) => item, resume: ([first]) => Promise.resolve({ items: first ? [first] : [], used: 1 }) },
    );
    rests.add('a1');
    for (const item of ['a1', 'a2', 'b1']) queue.run(item.charAt(0), item);
    await settle();
    queue.run('a', 'a3');
    await settle();
    expect(seen).toEqual(['a1', 'b1']);
    expect(queue.size).toBe(0);
    queue.resumeKey('a', 'a1');
    queue.run('a', 'a4');
    await settle();
    expect(seen).toEqual(['a1', 'b1', 'a1', 'a2', 'a3', 'a4']);

    rests.add('a5');
    for (const item of ['a5', 'a6']) queue.run('a', item);
    await settle();
    // It is somebody else's by now.
    queue.resumeKey('a', undefined);
    await settle();
    expect(seen.slice(6)).toEqual(['a5', 'a6']);
    expect(queue.size).toBe(0);
  });
});
