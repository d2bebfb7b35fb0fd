import { AsyncLocalStorage } from 'node:async_hooks';
import { type CanActivate, Injectable, UseGuards } from '@nestjs/common';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { EventHandler, type EventEnvelope } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NoteTaken, notes } from './notes.js';
import { startWorker } from './worker.js';

const tenant = new AsyncLocalStorage<string>();

/** As middleware does: from here on, whatever runs in this context is the tenant's. */
function enter(topic: string): string | undefined {
  const before = tenant.getStore();
  tenant.enterWith(topic);
  return before;
}

class EnteringGuard implements CanActivate {
  canActivate(): boolean {
    enter('guard');
    return true;
  }
}

describe('Async context', () => {
  let redis: TestRedis;
  const found: (string | undefined)[] = [];
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  @Injectable()
  class Synchronous {
    @EventHandler(NoteTaken)
    onNote({ data }: EventEnvelope<NoteTaken>): void {
      found.push(enter(data.topic));
    }
  }
  @Injectable()
  class Asynchronous {
    @EventHandler(NoteTaken)
    async onNote({ data }: EventEnvelope<NoteTaken>): Promise<void> {
      found.push(enter(data.topic));
      await new Promise(setImmediate);
      expect(tenant.getStore()).toBe(data.topic);
    }
  }
  @Injectable()
  @UseGuards(EnteringGuard)
  class Guarded {
    @EventHandler(NoteTaken)
    onNote({ data }: EventEnvelope<NoteTaken>): void {
      enter(data.topic);
    }
  }

  it.each([
    ['synchronous', Synchronous],
    ['asynchronous', Asynchronous],
  ])('of a handler that is %s is its own: what one enters is not there for the next', async (prefix, handler) => {
    found.length = 0;
    await using worker = await tenant.run('application', () => startWorker(redis.url, { prefix }, [handler, Guarded]));
    // Of one key one after the other, of several side by side.
    await worker.producer.publishAll([...notes('a', 10), ...notes('b', 10), ...notes('c', 1)]);
    await eventually('all are handled', () => found.length === 21 && worker.consumer.inFlight === 0);
    // What the application was started in is there.
    expect(new Set(found)).toEqual(new Set(['application']));
  });
});
