import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { Injectable } from '@nestjs/common';
import { IsString } from 'class-validator';
import { DeadLetters, DomainEvent, EventHandler, EventPayloadError, Subjects } from 'nestjs-event-streams';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readEntries, type Fields } from './entries.js';
import { ada, CardPrinted, nameIn, personHandler, PersonRegistered } from './people.js';
import { startWorker, type Worker } from './worker.js';

interface Wire {
  $personal: number;
  subject: string;
  key: number;
  sealed: string;
}

type WirePerson = { person: { id: string; name: Wire; email: Wire }; age: Wire } & Record<string, unknown>;

describe('hostile personal data', () => {
  let redis: TestRedis;
  let prefix = '';
  let count = 0;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());
  beforeEach(() => {
    prefix = `hostile-${String((count += 1))}`;
  });

  /** Publishes two people. @returns their entries */
  async function published(worker: Worker): Promise<[Fields, Fields]> {
    for (const id of ['ada', 'bob']) await worker.producer.publish(PersonRegistered, ada(id));
    return (await readEntries(redis.client, `${prefix}:people`)) as [Fields, Fields];
  }

  const append = (fields: Fields, data: unknown) =>
    redis.client.xadd(`${prefix}:people`, '*', ...Object.entries({ ...fields, data: JSON.stringify(data) }).flat());
  const dataOf = ({ data = '' }: Fields) => JSON.parse(data) as WirePerson;

  it('what was moved to another event, field or subject, or changed, is a dead letter, and costs nobody else anything', async () => {
    await using publisher = await startWorker(redis.url, { prefix, group: null, erasure: true });
    const [first, second] = await published(publisher);
    const [one, two] = [dataOf(first), dataOf(second)];
    const { name, email } = one.person;
    const flipped = (name.sealed.startsWith('A') ? 'B' : 'A') + name.sealed.slice(1);
    const hostile: [Fields, WirePerson][] = [
      // Ada's name in Bob's event, in another field, in another type of event's place, under another's key, and changed.
      [second, { ...two, person: { ...two.person, name } }],
      [first, { ...one, person: { ...one.person, email: name, name: email } }],
      [first, { ...one, age: name }],
      [first, { ...one, person: { ...one.person, name: { ...name, subject: 'bob' } } }],
      [first, { ...one, person: { ...one.person, name: { ...name, sealed: flipped } } }],
      [first, { ...one, person: { ...one.person, name: { ...name, sealed: name.sealed.slice(0, -4) } } }],
      [{ ...first, event_id: crypto.randomUUID() }, one],
    ];
    for (const [fields, data] of hostile) await append(fields, data);
    const names: string[] = [];
    await using worker = await startWorker(redis.url, { prefix }, [
      personHandler(({ data }) => names.push(data.person.id)),
    ]);
    const deadLetters = worker.app.get(DeadLetters);
    await eventually('all are dead letters', async () => (await deadLetters.list('people')).length === hostile.length);
    for (const { reason, errorMessage } of await deadLetters.list('people')) {
      expect(reason).toBe('undecodable');
      expect(errorMessage).toContain('it was changed, or belongs to another event or field');
    }
    expect(names).toEqual(['ada', 'bob']);
  });

  it('what is of no known form is a dead letter', async () => {
    await using worker = await startWorker(redis.url, { prefix, erasure: true }, [personHandler(() => undefined)]);
    const [first] = await published(worker);
    const one = dataOf(first);
    const { name } = one.person;
    const forms: unknown[] = [
      { ...name, $personal: 2 },
      { $personal: 1 },
      { ...name, key: '1' },
      { ...name, key: 1.5 },
      { ...name, key: 1e300 },
      { ...name, subject: '' },
      { ...name, subject: 'x'.repeat(100_000) },
      { ...name, subject: ['ada'] },
      { ...name, sealed: '' },
      { ...name, sealed: 'ÄÖÜ'.repeat(30) },
      { ...name, sealed: { length: 100 } },
      { $personal: 1, erased: 'yes' },
    ];
    for (const form of forms) await append(first, { ...one, person: { ...one.person, name: form } });
    const deadLetters = worker.app.get(DeadLetters);
    await eventually('all are dead letters', async () => (await deadLetters.list('people')).length === forms.length);
    for (const { errorMessage } of await deadLetters.list('people')) {
      expect(errorMessage.length).toBeLessThan(500);
      expect(errorMessage).toContain('Expected person.name as personal data of format 1');
    }
  });

  it('of keys that were never made it is erased, and many of them cost one question', async () => {
    await using publisher = await startWorker(redis.url, { prefix, group: null, erasure: true });
    const [first] = await published(publisher);
    const one = dataOf(first);
    for (let index = 0; index < 300; index += 1) {
      const name = { ...one.person.name, subject: `nobody-${String(index)}` };
      await append({ ...first, event_id: crypto.randomUUID() }, { ...ada(), person: { id: 'ada', name } });
    }
    const names: string[] = [];
    await using worker = await startWorker(redis.url, { prefix }, [
      personHandler(({ data }) => names.push(nameIn(data))),
    ]);
    await eventually('all are handled', () => names.length === 302);
    expect(names.filter((name) => name === 'erased')).toHaveLength(300);
    // Nobody who only reads makes a key.
    expect(await redis.client.hlen(`${prefix}:subjects:keys`)).toBe(2);
    await worker.stop();
  });

  it('a mark of its own in a personal field is refused by the publisher, encrypted or not', async () => {
    for (const erasure of [true, false]) {
      await using worker = await startWorker(redis.url, { prefix, group: null, erasure });
      const wrong = { ...ada(), address: { $personal: 1, subject: 'bob', key: 1, sealed: 'x' } };
      const publishing = worker.producer.publish(PersonRegistered, wrong);
      await expect(publishing).rejects.toThrow(EventPayloadError);
      await expect(publishing).rejects.toMatchObject({ path: 'address.$personal' });
    }
    expect(await redis.client.exists(`${prefix}:people`)).toBe(0);
  });

  it('is within the limits of readers once it is encrypted, or refused', async () => {
    await using worker = await startWorker(redis.url, { prefix, group: null, erasure: true });
    const gifts = (many: number) => Array.from({ length: many }, () => ({ sku: 'a', note: 'b' }));
    // 2 + 4 properties each, of 10,000.
    await worker.producer.publish(PersonRegistered, { ...ada(), gifts: gifts(1000) });
    const publishing = worker.producer.publish(PersonRegistered, { ...ada(), gifts: gifts(2000) });
    await expect(publishing).rejects.toThrow('producer.maxProperties');
    const large = worker.producer.publish(CardPrinted, { name: 'x'.repeat(900_000) }, { subject: 'ada' });
    await expect(large).rejects.toThrow('producer.maxBytes');
    expect(await redis.client.xlen(`${prefix}:people`)).toBe(1);
  });

  it('whoever may encrypt can bring in nothing that others could not send', async () => {
    await using worker = await startWorker(redis.url, { prefix, erasure: true }, [personHandler(() => undefined)]);
    // What a careless publisher would send: its own checks are of no use here.
    const { sealedJson } = await import('../src/personal/sealed-value.js');
    const { createSecretKey } = await import('node:crypto');
    const [first] = await published(worker);
    const text = (await redis.client.hget(`${prefix}:subjects:keys`, 'ada')) ?? '';
    const key = { number: 1, key: createSecretKey(Buffer.from(text.slice(2), 'base64')) };
    const payloads = [
      '{"__proto__":{"a":1}}',
      '{"a":9007199254740993}',
      '{"a":1e400}',
      '['.repeat(200) + ']'.repeat(200),
      'no JSON',
    ];
    for (const json of payloads) {
      const sealed = sealedJson(
        json,
        key,
        'ada',
        { eventId: first['event_id'] ?? '', eventType: 'person_registered' },
        'address',
      );
      await append(first, { ...ada(), address: JSON.parse(sealed) as unknown });
    }
    const deadLetters = worker.app.get(DeadLetters);
    await eventually('all are dead letters', async () => (await deadLetters.list('people')).length === payloads.length);
    expect(new Set((await deadLetters.list('people')).map(({ reason }) => reason))).toEqual(new Set(['undecodable']));
  });

  it('no reader that does not know of the marks takes ciphertext for a name', async () => {
    @DomainEvent({ type: 'card_printed', version: '1.0', stream: 'cards' })
    class OldCardPrinted {
      @IsString()
      name!: string;
    }
    @Injectable()
    class Cards {
      @EventHandler(OldCardPrinted)
      onCard(): void {
        throw new Error('it was taken');
      }
    }
    await using publisher = await startWorker(redis.url, { prefix, group: null, erasure: true });
    await publisher.producer.publish(CardPrinted, { name: 'Ada' }, { subject: 'ada' });
    await using worker = await startWorker(redis.url, { prefix }, [Cards]);
    const deadLetters = worker.app.get(DeadLetters);
    await eventually('it is a dead letter', async () => (await deadLetters.list('cards')).length === 1);
    expect((await deadLetters.list('cards'))[0]).toMatchObject({ reason: 'invalid' });
  });

  it('a publish while Redis goes away is there once, and readable', async () => {
    await using worker = await startWorker(redis.url, { prefix, group: null, erasure: true });
    await worker.producer.publish(PersonRegistered, ada());
    const publishing = Array.from({ length: 50 }, (_, index) =>
      worker.producer.publish(PersonRegistered, ada(`p${String(index)}`)),
    );
    await redis.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await Promise.all(publishing);
    const names: string[] = [];
    await using reading = await startWorker(redis.url, { prefix }, [
      personHandler(({ data }) => names.push(nameIn(data))),
    ]);
    await eventually('all are handled', () => names.length === 51);
    expect(new Set(names)).toEqual(new Set(['Ada Lovelace']));
    expect(await redis.client.xlen(`${prefix}:people`)).toBe(51);
    await worker.app.get(Subjects).forget('ada');
    await reading.stop();
  });
});
