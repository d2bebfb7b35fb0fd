import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { IsInt, IsString } from 'class-validator';
import {
  DomainEvent,
  EventHandler,
  EventProducer,
  EventsModule,
  EventsObserver,
  type Delivery,
  type EventEnvelope,
  type Observation,
} from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ForeseenState } from '../src/foreseen-state.js';

@DomainEvent({ type: 'ticket_drawn', version: '1.0', stream: 'tickets', key: (ticket: TicketDrawn) => ticket.name })
class TicketDrawn {
  @IsString() name!: string;
  @IsInt() number!: number;
}

/** Numbers the tickets in one hash that all of them need. */
@Injectable()
class Counter {
  constructor(private readonly state: ForeseenState) {}

  @EventHandler(TicketDrawn)
  onTicket({ data }: EventEnvelope<TicketDrawn>, delivery: Delivery): undefined | Promise<undefined> {
    return this.state.rest(delivery, data.name, ['seen'], ([seen]) => {
      this.state.set(delivery, data.name, { seen: Number(seen ?? 0) + 1 });
      return this.state.rest(delivery, 'counter', ['last'], ([last]) => {
        this.state.set(delivery, 'counter', { last: Number(last ?? 0) + 1 });
        delivery.transaction.rpush('numbers', Number(last ?? 0) + 1);
        return undefined;
      });
    }, { isNew: true }); // prettier-ignore
  }
}

const TICKETS = 300;

describe('the foreseen state', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  async function start(prefix: string) {
    @Module({
      imports: [EventsModule.forRoot({ redis: redis.url, prefix, source: 'counter', group: 'counters' })],
      providers: [ForeseenState, Counter],
    })
    class Root {}
    const app = await NestFactory.createApplicationContext(Root, { logger: ['error'], abortOnError: false });
    const kinds: Observation['kind'][] = [];
    app.get(EventsObserver).subscribe(({ kind }) => kinds.push(kind));
    return {
      kinds,
      draw: (count: number, nameOf: (number: number) => string) =>
        app.get(EventProducer).publishAll(
          Array.from({ length: count }, (_, number) => ({
            event: TicketDrawn,
            data: { name: nameOf(number), number },
          })),
        ),
      [Symbol.asyncDispose]: () => app.close(),
    };
  }

  const upTo = (count: number) => Array.from({ length: count }, (_, index) => String(index + 1));
  const numbers = (prefix: string) => redis.client.lrange(`${prefix}:counter:numbers`, 0, -1);

  it('lets transactions on one key follow each other without a conflict, and asks once', async () => {
    await using worker = await start('alone');
    await worker.draw(TICKETS, (number) => `ticket ${String(number)}`);
    await eventually('all are numbered', async () => (await numbers('alone')).length === TICKETS);
    expect(await numbers('alone')).toEqual(upTo(TICKETS));
    expect(new Set(worker.kinds)).toEqual(new Set(['handled']));
  });

  it('loses and repeats nothing when another worker changes what was foreseen', async () => {
    await using one = await start('shared');
    await using two = await start('shared');
    for (let round = 0; round < 10; round += 1) {
      // The same names again: what was new to one worker is known to the other.
      await one.draw(TICKETS / 10, (number) => `ticket ${String(number % 7)}`);
    }
    await eventually('all are numbered', async () => (await numbers('shared')).length === TICKETS);
    expect(await numbers('shared')).toEqual(upTo(TICKETS));
    expect(await redis.client.hget('shared:counter:ticket 0', 'seen')).toBe('50');
    expect([...one.kinds, ...two.kinds].filter((kind) => kind === 'handled')).toHaveLength(TICKETS);
    expect(await redis.client.exists('shared:tickets:dead-letters')).toBe(0);
  });

  it('goes on from what Redis has when that was changed from outside', async () => {
    await using worker = await start('outside');
    await worker.draw(1, () => 'first');
    await eventually('the first is numbered', async () => (await numbers('outside')).length === 1);
    await redis.client.hset('outside:counter:counter', 'last', 41);
    await redis.client.hset('outside:counter:known', 'seen', 7);
    await worker.draw(1, () => 'known');
    await eventually('the second is numbered', async () => (await numbers('outside')).length === 2);
    expect(await numbers('outside')).toEqual(['1', '42']);
    expect(await redis.client.hget('outside:counter:known', 'seen')).toBe('8');
    expect(worker.kinds).toContain('conflict');
  });
});
