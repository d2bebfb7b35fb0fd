import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { Redis } from 'ioredis';
import {
  aclRules,
  DeadLetters,
  EventEnvelopeError,
  isErased,
  RedisForbiddenError,
  Subjects,
  UnrecoverableError,
  type EventEnvelope,
} from 'nestjs-event-streams';
import { validateSealed } from 'nestjs-event-streams/internal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEntries } from './entries.js';
import { ada, CardPrinted, nameIn, personHandler, PersonRegistered, SECRETS } from './people.js';
import { callsOf } from './redis-state.js';
import { startWorker, type Worker } from './worker.js';

const SOON = { attempts: 3, firstDelayMs: 20, maxDelayMs: 40 };

describe('erasure of personal data', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  const forget = (worker: Worker, subject: string) =>
    worker.app.get(Subjects).forget(subject, { by: 'me', why: 'asked' });

  /** Everything that Redis holds of a prefix, as text. */
  async function allOf(prefix: string): Promise<string> {
    const texts: string[] = [];
    for (const key of await redis.client.keys(`*${prefix}*`)) {
      texts.push(key);
      const type = await redis.client.type(key);
      if (type === 'stream') texts.push(JSON.stringify(await redis.client.xrange(key, '-', '+')));
      if (type === 'hash') texts.push(JSON.stringify(await redis.client.hgetall(key)));
      if (type === 'string') texts.push((await redis.client.get(key)) ?? '');
    }
    return texts.join('\n');
  }

  function expectNoSecret(text: string): void {
    for (const secret of SECRETS) expect(text).not.toContain(secret);
  }

  it('encrypts what is marked, and gives handlers what was published', async () => {
    const got: PersonRegistered[] = [];
    const handler = personHandler(({ data }) => got.push(data));
    await using worker = await startWorker(redis.url, { prefix: 'seal', erasure: true }, [handler]);
    await worker.producer.publish(PersonRegistered, ada());
    await eventually('it is handled', () => got.length === 1);
    expect(got[0]).toBeInstanceOf(PersonRegistered);
    expect(got[0]).toEqual(ada());
    expectNoSecret(await allOf('seal'));
    // What is not marked is there for all to read.
    const [{ data = '' } = {}] = await readEntries(redis.client, 'seal:people');
    expect(JSON.parse(data)).toMatchObject({
      person: { id: 'ada', name: { $personal: 1, subject: 'ada', key: 1 } },
      gifts: [{ sku: 'book', note: { $personal: 1 } }, { sku: 'pen' }],
      age: { $personal: 1 },
      country: 'GB',
    });
    // Who has no keys checks the rest.
    const sealed = JSON.parse(data) as Pick<PersonRegistered, keyof PersonRegistered>;
    expect(isErased(validateSealed(PersonRegistered, sealed).person.name)).toBe(true);
    expect(() => validateSealed(PersonRegistered, { ...sealed, country: 7 })).toThrow('country must be a string');
    expect(JSON.parse(data)).toEqual(sealed);
  });

  it('is off unless asked for, and is read without being asked for', async () => {
    await using plain = await startWorker(redis.url, { prefix: 'off', group: null });
    await plain.producer.publish(PersonRegistered, ada());
    const [{ data = '' } = {}] = await readEntries(redis.client, 'off:people');
    expect(JSON.parse(data)).toEqual(ada());
    expect(await redis.client.exists('off:subjects:keys')).toBe(0);

    await using sealing = await startWorker(redis.url, { prefix: 'off', group: null, erasure: true });
    await sealing.producer.publish(PersonRegistered, ada());
    const got: PersonRegistered[] = [];
    await using reading = await startWorker(redis.url, { prefix: 'off' }, [
      personHandler(({ data }) => got.push(data)),
    ]);
    await eventually('both are handled', () => got.length === 2);
    expect(got).toEqual([ada(), ada()]);
    await reading.stop();
  });

  it('goes on with "erased" when a subject is forgotten: handlers, other groups, replays; and others are not touched', async () => {
    await using first = await startWorker(redis.url, { prefix: 'forget', group: null, erasure: true });
    await first.producer.publishAll([
      { event: PersonRegistered, data: ada() },
      { event: PersonRegistered, data: ada('bob') },
    ]);
    expect(await forget(first, 'ada')).toBe(true);
    expect(await redis.client.hkeys('forget:subjects:keys')).toEqual(['bob']);
    expect(await first.app.get(Subjects).forgotten('ada')).toMatchObject({ number: 1, by: 'me', why: 'asked' });

    const got: PersonRegistered[] = [];
    const handler = personHandler(({ data }, { transaction }) => {
      got.push(data);
      transaction.hset('names', data.person.id, data.person.name);
    });
    await using worker = await startWorker(redis.url, { prefix: 'forget' }, [handler]);
    await eventually('both are handled', async () => (await redis.client.hlen('forget:tester:names')) === 2);
    const [erased, other] = got as [PersonRegistered, PersonRegistered];
    expect(other).toEqual(ada('bob'));
    expect(erased).toBeInstanceOf(PersonRegistered);
    expect([erased.person.name, erased.person.email, erased.address, erased.age].every(isErased)).toBe(true);
    expect(isErased(erased.gifts[0]?.note)).toBe(true);
    expect(isErased(erased.gifts[1]?.note)).toBe(false);
    expect(erased).toMatchObject({ person: { id: 'ada' }, gifts: [{ sku: 'book' }, { sku: 'pen' }], country: 'GB' });
    expect(await redis.client.hget('forget:tester:names', 'ada')).toBe('erased');
    expect(worker.observations.filter(({ kind }) => kind === 'dead-lettered')).toEqual([]);
  });

  it('still refuses what is not valid besides what is erased', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'rest', erasure: true }, [
      personHandler(() => undefined),
    ]);
    const id = await worker.producer.publish(PersonRegistered, ada());
    await forget(worker, 'ada');
    const [{ event_id = '', data = '', ...fields } = {}] = await readEntries(redis.client, 'rest:people');
    const wrong = data.replace('"country":"GB"', '"country":7');
    expect(wrong).not.toBe(data);
    await redis.client.xadd('rest:people', '*', ...Object.entries({ ...fields, event_id, data: wrong }).flat());
    const deadLetters = worker.app.get(DeadLetters);
    await eventually('the other one is a dead letter', async () => (await deadLetters.list('people')).length === 1);
    const [deadLetter] = await deadLetters.list('people');
    expect(deadLetter).toMatchObject({
      reason: 'invalid',
      errorMessage: 'person_registered is not valid: country must be a string',
    });
    expect(deadLetter?.entryId).not.toBe(id);
  });

  it('keeps dead letters encrypted, and replays them with what is left', async () => {
    let isBroken = true;
    const got: unknown[] = [];
    const handler = personHandler(({ data }) => {
      if (isBroken) throw new UnrecoverableError('broken');
      got.push(data.person.name);
    });
    await using worker = await startWorker(redis.url, { prefix: 'letters', erasure: true }, [handler]);
    await worker.producer.publishAll(['ada', 'bob'].map((id) => ({ event: PersonRegistered, data: ada(id) })));
    const deadLetters = worker.app.get(DeadLetters);
    await eventually('both are dead letters', async () => (await deadLetters.list('people')).length === 2);
    expectNoSecret(await allOf('letters'));
    await forget(worker, 'ada');
    isBroken = false;
    for (const { id } of await deadLetters.list('people'))
      await deadLetters.replay('people', id, { by: 'me', why: '' });
    await eventually('both are handled', () => got.length === 2);
    expect(got.map(String).sort()).toEqual(['Ada Lovelace', 'erased']);
  });

  it('gives a handler that begins after the subject was forgotten nothing of it, though the event was read and tried before', async () => {
    const names: string[] = [];
    let fail = true;
    const handler = personHandler(
      ({ data }) => {
        names.push(nameIn(data));
        if (fail) throw new Error('again');
      },
      { retry: { attempts: 1000, firstDelayMs: 20, maxDelayMs: 40 } },
    );
    await using worker = await startWorker(redis.url, { prefix: 'later', erasure: true }, [handler]);
    await worker.producer.publish(PersonRegistered, ada());
    await eventually('it is tried', () => names.length > 0);
    await forget(worker, 'ada');
    const { length } = names;
    await eventually('it is tried again', () => names.length > length + 1);
    fail = false;
    expect(new Set(names.slice(0, 1))).toEqual(new Set(['Ada Lovelace']));
    // One may have begun before.
    expect(new Set(names.slice(length + 1))).toEqual(new Set(['erased']));
  });

  it('gives several handlers of an event an own copy each', async () => {
    const names: string[] = [];
    const take = ({ data }: EventEnvelope<PersonRegistered>): void => {
      names.push(nameIn(data));
      data.person.name = 'changed';
    };
    const handlers = [personHandler(take, {}, 'One'), personHandler(take, {}, 'Two'), personHandler(take, {}, 'Three')];
    await using worker = await startWorker(redis.url, { prefix: 'several', erasure: true }, handlers);
    await worker.producer.publish(PersonRegistered, ada());
    await eventually('all have it', () => names.length === 3);
    expect(new Set(names)).toEqual(new Set(['Ada Lovelace']));
  });

  it('makes a new key for a subject that comes back, but not for what handlers publish of the past', async () => {
    const cards: string[] = [];
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    const handler = personHandler(async ({ data }, { transaction }) => {
      const { name } = data.person;
      await gate;
      transaction.publish(CardPrinted, { name }, { subject: data.person.id });
    });
    const redisUrl = redis.url;
    await using worker = await startWorker(redisUrl, { prefix: 'back', erasure: true }, [handler]);
    await worker.producer.publish(PersonRegistered, ada());
    await eventually('it is in flight', () => worker.consumer.inFlight === 1);
    await forget(worker, 'ada');
    go();
    const printed = async (): Promise<string[]> =>
      (await readEntries(redis.client, 'back:cards')).map(({ data = '' }) => data);
    await eventually('a card is printed', async () => (await printed()).length === 1);
    expect(await printed()).toEqual(['{"name":{"$personal":1,"erased":true}}']);
    expect(await redis.client.hlen('back:subjects:keys')).toBe(0);

    await worker.producer.publish(PersonRegistered, ada());
    await eventually('another one is', async () => (await printed()).length === 2);
    expect((await printed())[1]).toContain('"subject":"ada","key":2,');
    cards.push(...(await printed()));
    expectNoSecret(cards.join());
    const got: string[] = [];
    const reader = personHandler(({ data }) => got.push(nameIn(data)));
    await using another = await startWorker(redisUrl, { prefix: 'back', group: 'others' }, [reader]);
    await eventually('both are read', () => got.length === 2);
    expect(got).toEqual(['erased', 'Ada Lovelace']);
    await another.stop();
  });

  it('carries on what is erased, also from state, whether erasure is on or not', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'on', group: null });
    const kept = JSON.parse('{"name":{"$personal":1,"erased":true}}') as CardPrinted;
    await worker.producer.publish(CardPrinted, kept);
    const [{ data = '' } = {}] = await readEntries(redis.client, 'on:cards');
    expect(JSON.parse(data)).toEqual(kept);
  });

  it('refuses to publish personal data of nobody', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'nobody', group: null, erasure: true });
    const publishing = worker.producer.publish(CardPrinted, { name: 'Ada' });
    await expect(publishing).rejects.toThrow(EventEnvelopeError);
    await expect(publishing).rejects.toMatchObject({ field: 'subject' });
    for (const subject of ['', 'a b', 'ü', 7 as unknown as string]) {
      await expect(worker.producer.publish(CardPrinted, { name: 'Ada' }, { subject })).rejects.toThrow(
        EventEnvelopeError,
      );
    }
    await worker.producer.publish(CardPrinted, { name: 'Ada' }, { subject: 'ada' });
    expect(await redis.client.xlen('nobody:cards')).toBe(1);
  });

  it('asks for keys once for what is published or read together, and not for what is known', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'few', group: null, erasure: true });
    const people = Array.from({ length: 100 }, (_, index) => ({
      event: PersonRegistered,
      data: ada(`person-${String(index)}`),
    }));
    // The first one connects, and a connection that has just been made is not trusted with keys of another one.
    await worker.producer.publish(PersonRegistered, ada());
    const scripts = async () => (await callsOf(redis.client, 'evalsha')) + (await callsOf(redis.client, 'eval'));
    const before = await scripts();
    await worker.producer.publishAll(people);
    await worker.producer.publishAll(people);
    // Two appends, and keys once.
    expect((await scripts()) - before).toBe(3);
    const asked = await callsOf(redis.client, 'hmget');

    let handled = 0;
    const handler = personHandler(() => (handled += 1));
    await using reading = await startWorker(redis.url, { prefix: 'few' }, [handler]);
    await eventually('all are handled', () => handled === 201);
    expect((await callsOf(redis.client, 'hmget')) - asked).toBeLessThan(20);
    await reading.stop();
  });

  it('publishes under no key that was destroyed before, from a process that had it in its memory', async () => {
    await using one = await startWorker(redis.url, { prefix: 'race', group: null, erasure: true });
    await using other = await startWorker(redis.url, { prefix: 'race', group: null, erasure: true });
    await one.producer.publish(PersonRegistered, ada());
    const state = { isForgotten: false };
    const forgetting = forget(other, 'ada').then(() => (state.isForgotten = true));
    const after: string[] = [];
    // All the time, so that the key stays known.
    while (after.length < 20) {
      const wasForgotten = state.isForgotten;
      const id = await one.producer.publish(PersonRegistered, ada());
      if (wasForgotten) after.push(id);
    }
    await forgetting;
    for (const id of after) {
      const [[, fields] = []] = await redis.client.xrange('race:people', id, id);
      expect(fields?.join()).toContain('"key":2,');
    }
    const got: string[] = [];
    const reader = personHandler(({ data }) => got.push(nameIn(data)));
    await using reading = await startWorker(redis.url, { prefix: 'race' }, [reader]);
    await eventually('all are read', async () => got.length === (await redis.client.xlen('race:people')));
    expect(new Set(got.slice(-20))).toEqual(new Set(['Ada Lovelace']));
    expect(got[0]).toBe('erased');
    await reading.stop();
  });

  it('can be done again when it was interrupted', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'again', group: null, erasure: true });
    await worker.producer.publish(PersonRegistered, ada());
    expect(await forget(worker, 'ada')).toBe(true);
    const noted = await redis.client.hgetall('again:subjects:forgotten');
    expect(await forget(worker, 'ada')).toBe(false);
    expect(await redis.client.hgetall('again:subjects:forgotten')).toEqual(noted);
    expect(await worker.app.get(Subjects).forgotten('nobody')).toBeUndefined();
    await expect(worker.app.get(Subjects).forget('')).rejects.toThrow('Expected a subject');
  });

  it('holds in each partition', async () => {
    const options = { prefix: 'parts', partitions: 3, erasure: true, consumer: { leaseMs: 900 } };
    const got = new Map<string, string>();
    const handler = personHandler(({ data, event_id }, { transaction }) => {
      got.set(event_id, nameIn(data));
      transaction.publish(CardPrinted, { name: data.person.name }, { subject: 'ada' });
    });
    await using worker = await startWorker(redis.url, options, [handler]);
    const people = Array.from({ length: 12 }, (_, index) => ({
      event: PersonRegistered,
      data: ada(`p${String(index)}`),
      options: { subject: 'ada' },
    }));
    await worker.producer.publishAll(people);
    await eventually('all are handled', () => got.size === 12);
    expect(new Set(got.values())).toEqual(new Set(['Ada Lovelace']));
    expectNoSecret(await allOf('parts'));
    await forget(worker, 'ada');
    got.clear();
    await using another = await startWorker(redis.url, { ...options, group: 'others' }, [handler]);
    await eventually('all are handled', () => got.size === 12);
    expect(new Set(got.values())).toEqual(new Set(['erased']));
    await another.stop();
  });

  it('waits while a reader may not have keys, and goes on when it may', async () => {
    await using publisher = await startWorker(redis.url, { prefix: 'rights', group: null, erasure: true });
    await publisher.producer.publish(PersonRegistered, ada());
    const scope = { prefix: 'rights', streams: ['people'], group: 'testers', state: 'tester' };
    const user = (erasure: false | 'read') =>
      redis.client.acl('SETUSER', 'reader', 'reset', 'on', '>secret', ...aclRules('worker', { ...scope, erasure }));
    await user(false);
    const got: string[] = [];
    const handler = personHandler(({ data }) => got.push(data.person.name), { retry: SOON });
    const url = redis.url.replace('//', '//reader:secret@');
    await using worker = await startWorker(url, { prefix: 'rights' }, [handler]);
    await eventually('it says why', () =>
      /Reading keys of personal data has failed.*NOPERM/.test(worker.consumer.trouble ?? ''),
    );
    expect(got).toEqual([]);
    await user('read');
    await eventually('it is handled', () => got.length === 1);
    expect(await redis.client.exists('rights:people:dead-letters')).toBe(0);
  });

  it('gives each role its rights: publishers make keys, operators destroy what they cannot read, viewers do neither', async () => {
    const user = async (name: string, rules: string[]): Promise<string> => {
      await redis.client.acl('SETUSER', name, 'reset', 'on', '>secret', ...rules);
      return redis.url.replace('//', `//${name}:secret@`);
    };
    const publishes = { prefix: 'roles', publishes: ['people'] };
    const withoutKeys = await user('roles-plain', aclRules('producer', publishes));
    await using plain = await startWorker(withoutKeys, { prefix: 'roles', group: null, erasure: true });
    await expect(plain.producer.publish(PersonRegistered, ada())).rejects.toThrow(RedisForbiddenError);
    const withKeys = await user('roles-producer', aclRules('producer', { ...publishes, erasure: true }));
    await using producer = await startWorker(withKeys, { prefix: 'roles', group: null, erasure: true });
    await producer.producer.publish(PersonRegistered, ada());
    await expect(producer.app.get(Subjects).forget('ada')).rejects.toThrow('NOPERM');

    for (const [name, rules, may] of [
      ['roles-viewer', aclRules('viewer', { prefix: 'roles', erasure: true }), false],
      ['roles-plain-operator', aclRules('operator', { prefix: 'roles' }), false],
      ['roles-operator', aclRules('operator', { prefix: 'roles', erasure: true }), true],
    ] as const) {
      const url = await user(name, rules);
      const client = new Redis(url);
      await expect(client.hgetall('roles:subjects:keys')).rejects.toThrow('NOPERM');
      await expect(client.hget('roles:subjects:keys', 'ada')).rejects.toThrow('NOPERM');
      client.disconnect();
      await using who = await startWorker(url, { prefix: 'roles', group: null });
      const subjects = who.app.get(Subjects);
      if (may) expect(await subjects.forget('ada')).toBe(true);
      else await expect(subjects.forget('ada')).rejects.toThrow('NOPERM');
      expect((await subjects.forgotten('ada'))?.number).toBe(may ? 1 : undefined);
    }
  });
});
