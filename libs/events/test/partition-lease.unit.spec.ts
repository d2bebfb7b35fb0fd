import { LeaseLostError } from 'nestjs-event-streams';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PartitionLease } from '../src/worker/partition-lease.js';

const FENCE = { partition: '{shop:0}:1', lease: '{shop:0}:1:lease', worker: 'me', epoch: 7 };
const LEASE_MS = 3000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});

afterEach(() => {
  vi.useRealTimers();
});

function lease() {
  const renewals: number[] = [];
  const losses: string[] = [];
  const client = {
    renewLease: (ms: number) => Promise.resolve(void renewals.push(ms)),
    releaseLease: () => Promise.resolve(),
  };
  const own = new PartitionLease(client, FENCE, LEASE_MS, performance.now(), ({ message }) => losses.push(message));
  return { own, renewals, losses };
}

it('a lease is renewed when a third of its time has passed', async () => {
  const { own, renewals, losses } = lease();
  vi.advanceTimersByTime(LEASE_MS / 3 - 1);
  await own.renew();
  expect(renewals).toEqual([]);
  vi.advanceTimersByTime(1);
  await own.renew();
  expect(renewals).toEqual([LEASE_MS]);
  vi.advanceTimersByTime(LEASE_MS - 1);
  own.check();
  expect(losses).toEqual([]);
});

it('a lease that was not renewed in time is lost, which is told once', () => {
  const { own, losses } = lease();
  vi.advanceTimersByTime(LEASE_MS);
  own.check();
  own.check();
  own.lose(own.errorBecause('Redis said so'));
  expect(losses).toEqual([
    new LeaseLostError(FENCE.partition, FENCE.epoch, 'it could not be renewed for 3000 ms').message,
  ]);
});
