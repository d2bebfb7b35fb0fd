import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Batcher, type BatchLimits } from '../src/settle/batcher.js';

describe('Batcher', () => {
  /** One that answers each item with its tenfold, and tells what it sent together. */
  function batcher(limits: BatchLimits<number>) {
    const sent: (readonly number[])[] = [];
    const send = (items: readonly number[]) => {
      sent.push(items);
      return Promise.resolve(items.map((item) => 10 * item));
    };
    return { sent, batcher: batcherOf(send, limits) };
  }

  /** One that gives up what fails. */
  function batcherOf(send: (items: readonly number[]) => Promise<readonly number[]>, limits: BatchLimits<number>) {
    return new Batcher<number, number, number>(
      {
        send,
        answer: (_, result) => result,
        isOwn: () => true,
        waitOut: (error) => Promise.reject(new Error('given up', { cause: error })),
      },
      limits,
    );
  }

  it('sends the items of one turn together, up to its limit, and gives each its own answer', async () => {
    const { sent, batcher: one } = batcher({ most: 2 });
    expect(await Promise.all([1, 2, 3].map((item) => one.add(item)))).toEqual([10, 20, 30]);
    expect(await one.add(4)).toBe(40);
    expect(sent).toEqual([[1, 2], [3], [4]]);
  });

  it('sends a full batch at once, in the middle of a turn', async () => {
    const { sent, batcher: one } = batcher({ most: 2 });
    const added = [1, 2, 3].map((item) => one.add(item));
    expect(sent).toEqual([[1, 2]]);
    expect(await Promise.all(added)).toEqual([10, 20, 30]);
  });

  it('refuses an item that cannot be weighed, and sends the others', async () => {
    const weigh = (item: number): number => {
      if (item === 2) throw new TypeError('no weight');
      return item;
    };
    const { sent, batcher: one } = batcher({ most: 10, heaviest: 10, weigh });
    const results = await Promise.allSettled([1, 2, 3].map((item) => one.add(item)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(sent).toEqual([[1, 3]]);
  });

  it('sends no more together than its limit of weight, and a heavier item alone', async () => {
    const { sent, batcher: one } = batcher({ most: 10, heaviest: 10, weigh: (item) => item });
    await Promise.all([4, 6, 1, 50, 9, 1].map((item) => one.add(item)));
    expect(sent).toEqual([[4, 6], [1], [50], [9, 1]]);
  });

  it('keeps items back that do not fill a batch while another one is on its way', async () => {
    const sent: (readonly number[])[] = [];
    const answers: (() => void)[] = [];
    const one = batcherOf(
      (items) => {
        sent.push(items);
        return new Promise((resolve) => answers.push(() => { resolve(items); })); // prettier-ignore
      },
      { most: 3 },
    );
    const added = [one.add(1)];
    await nextTurn();
    added.push(one.add(2));
    await nextTurn();
    added.push(one.add(3));
    await nextTurn();
    expect(sent).toEqual([[1]]);
    // They fill one now: it goes at once, and what is beyond it waits.
    added.push(one.add(4), one.add(5));
    await nextTurn();
    expect(sent).toEqual([[1], [2, 3, 4]]);
    answers[0]?.();
    await nextTurn();
    expect(sent).toHaveLength(2);
    answers[1]?.();
    await expect.poll(() => sent).toEqual([[1], [2, 3, 4], [5]]);
    answers[2]?.();
    expect(await Promise.all(added)).toEqual([1, 2, 3, 4, 5]);
  });

  it('sends the items that wait also when the batch before them fails', async () => {
    let fail: (error: Error) => void = () => undefined;
    const one = batcherOf(
      (items) => (items[0] === 1 ? new Promise((_, reject) => (fail = reject)) : Promise.resolve(items)),
      { most: 3 },
    );
    const first = one.add(1);
    await nextTurn();
    const second = one.add(2);
    fail(new Error('down'));
    await expect(first).rejects.toMatchObject({ cause: { message: 'down' } });
    expect(await second).toBe(2);
  });

  it('rejects all items of a batch that fails, and goes on', async () => {
    let isDown = true;
    const one = batcherOf((items) => (isDown ? Promise.reject(new Error('down')) : Promise.resolve(items)), {
      most: 10,
    });
    const failed = await Promise.allSettled([one.add(1), one.add(2)]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    isDown = false;
    expect(await one.add(3)).toBe(3);
  });

  it('sends items again, alone or with their batch, when their failure was waited out', async () => {
    const sent: (readonly number[])[] = [];
    const waits: unknown[] = [];
    const one = new Batcher<number, number, number>(
      {
        send: (items) => {
          sent.push(items);
          return sent.length === 1 ? Promise.reject(new Error('batch')) : Promise.resolve(items);
        },
        answer: (item, result) => {
          if (item === 2 && sent.length === 2) throw new Error('item');
          if (item === 3) throw new Error('for good');
          return 10 * result;
        },
        isOwn: (error) => (error as Error).message !== 'batch',
        waitOut: async (error) => {
          waits.push(error);
          if ((error as Error).message === 'for good') throw error;
          await nextTurn();
        },
      },
      { most: 10 },
    );
    const results = await Promise.allSettled([1, 2, 3].map((item) => one.add(item)));
    expect(results).toMatchObject([{ value: 10 }, { value: 20 }, { reason: { message: 'for good' } }]);
    expect(sent).toEqual([[1, 2, 3], [1, 2, 3], [2]]);
    expect(waits).toMatchObject([{ message: 'batch' }, { message: 'item' }, { message: 'for good' }]);
  });

  it('sends an item alone that was refused by itself, counts its refusals, and keeps the others together', async () => {
    const sent: (readonly number[])[] = [];
    const waits: number[] = [];
    let last: Promise<number> | undefined;
    const one = new Batcher<number, number, number>(
      {
        send: (items) => {
          sent.push(items);
          return Promise.resolve(items);
        },
        answer: (item, result) => {
          if (item === 2 && waits.length < 2) throw new Error('refused');
          return result;
        },
        isOwn: () => true,
        waitOut: (_, refusals) => {
          waits.push(refusals);
          last ??= one.add(4);
          return Promise.resolve();
        },
      },
      { most: 10 },
    );
    expect(await Promise.all([1, 2, 3].map((item) => one.add(item)))).toEqual([1, 2, 3]);
    expect(await last).toBe(4);
    expect(sent.filter((items) => items.includes(2))).toEqual([[1, 2, 3], [2], [2]]);
    expect(waits).toEqual([1, 2]);
  });
});
