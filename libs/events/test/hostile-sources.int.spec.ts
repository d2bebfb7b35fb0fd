import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { IsInt, IsString } from 'class-validator';
import {
  ConfigurationError,
  DeadLetters,
  DomainEvent,
  EventEnvelopeError,
  EventHandler,
  type Delivery,
  type EventEnvelope,
} from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteHandler } from './handlers.js';
import { NoteFiled } from './notes.js';
import { startWorker } from './worker.js';

@DomainEvent({
  type: 'note_signed',
  version: '1.0',
  stream: 'notes',
  key: (note: NoteSigned) => note.topic,
  sources: ['tester', 'archive'],
})
class NoteSigned {
  @IsString()
  topic!: string;

  @IsInt()
  number!: number;
}

class Signatures {
  readonly seen: number[] = [];

  @EventHandler(NoteSigned)
  onSigned({ data }: EventEnvelope<NoteSigned>, { transaction }: Delivery): void {
    this.seen.push(data.number);
    transaction.incrby('signed', 1).publish(NoteFiled, { topic: data.topic, number: data.number });
  }
}

describe('an event whose class says who publishes it', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  const append = (prefix: string, source: string, number: number, id: string = crypto.randomUUID()) =>
    redis.client.xadd(`${prefix}:notes`, '*', 'event_id', id, 'event_type', 'note_signed', 'timestamp', new Date().toISOString(), 'version', '1.0', 'source', source, 'data', JSON.stringify({ topic: 'a', number })); // prettier-ignore

  it('is taken from these, and a forged one is a dead letter that says so', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'sources' }, [Signatures]);
    await worker.producer.publish(NoteSigned, { topic: 'a', number: 1 });
    await append('sources', 'archive', 2);
    await append('sources', 'somebody', 3);
    await append('sources', `tester\n${'x'.repeat(5000)}`, 4);
    const deadLetters = worker.app.get(DeadLetters);
    await eventually('two are dead letters', async () => (await deadLetters.list('notes')).length === 2);
    const [first, second] = await deadLetters.list('notes');
    expect(first).toMatchObject({
      reason: 'invalid',
      errorName: 'EventSourceError',
      errorMessage: 'Expected note_signed from tester or archive, got one from somebody',
    });
    expect(second?.errorMessage.length).toBeLessThan(200);
    await eventually('the others are handled', () => worker.app.get(Signatures).seen.length === 2);
    expect(worker.app.get(Signatures).seen).toEqual([1, 2]);
  });

  it('is not published by others', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'others', source: 'somebody', group: null });
    await expect(worker.producer.publish(NoteSigned, { topic: 'a', number: 1 })).rejects.toThrow(EventEnvelopeError);
    await expect(worker.producer.publish(NoteSigned, { topic: 'a', number: 1 })).rejects.toThrow(
      'note_signed cannot be published: source: expected tester or archive, got somebody',
    );
    expect(await redis.client.exists('others:notes')).toBe(0);
  });

  it.each([[[]], ['tester'], [['']], [[1]]])('refuses %j as sources', (sources) => {
    const decorate = () => {
      DomainEvent({ type: 'a', version: '1.0', stream: 'a', sources: sources as string[] })(NoteFiled);
    };
    expect(decorate).toThrow(ConfigurationError);
    expect(decorate).toThrow('expected sources as names of applications');
  });

  it('that comes twice with one event_id is two deliveries: each has its effects once, and what answers them has one id', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'twice' }, [Signatures, noteHandler(() => undefined)]);
    const id = crypto.randomUUID();
    await append('twice', 'tester', 1, id);
    await append('twice', 'tester', 1, id);
    await eventually('both are handled', async () => (await redis.client.get('twice:tester:signed')) === '2');
    const answers = await worker.monitor.entries('files');
    expect(answers).toHaveLength(2);
    expect(new Set(answers.map(({ event }) => event?.event_id)).size).toBe(1);
    expect(answers[0]?.event?.causation_id).toBe(id);
  });
});
