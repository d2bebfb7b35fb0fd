import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { eventually, freshRedis } from '@repo/testing';
import { UnrecoverableError } from 'nestjs-event-streams';
import { describe, expect, it } from 'vitest';
import { noteHandler, SOON, type HandleNote } from './handlers.js';
import { NoteTaken } from './notes.js';
import { recordEachTest, type Span } from './telemetry.js';
import { startWorker, type Worker } from './worker.js';

const REMOTE = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const TRACEPARENT = `00-${REMOTE.traceId}-${REMOTE.spanId}-01`;

const PARTITION = 'messaging.destination.partition.id';

describe('traces', () => {
  const own = recordEachTest();

  const start = (handle: HandleNote): Promise<Worker> =>
    startWorker(own.redis.url, {}, [noteHandler(handle, { retry: SOON })]);
  const named = (name: string): Span[] => own.recording.spans().filter((span) => span.name === name);
  const spansOf = (name: string, count = 1): Promise<Span[]> =>
    eventually(`there are ${String(count)} spans "${name}"`, () => {
      const found = named(name);
      return found.length >= count && found;
    });
  const fieldsOf = async (id: string): Promise<Record<string, string>> => {
    const [[, flat] = []] = await own.redis.client.xrange('test:notes', id, id);
    const all = flat ?? [];
    return Object.fromEntries(all.flatMap((name, index) => (index % 2 === 0 ? [[name, all[index + 1] ?? '']] : [])));
  };

  it('follows an event from its publisher to its settlement', async () => {
    await using worker = await start(() => undefined);
    const id = await worker.producer.publish(NoteTaken, { topic: 'a', number: 0 }, { correlationId: 'c-1' });
    const [processed] = await spansOf('process notes');
    const [[published], [received], [settled]] = [
      named('publish notes'),
      named('receive notes'),
      named('settle notes'),
    ];
    const { event_id: eventId = '', traceparent } = await fieldsOf(id);

    expect(published).toMatchObject({ kind: 'PRODUCER', parent: undefined, links: [] });
    expect(published?.attributes).toEqual({
      'messaging.system': 'redis',
      'messaging.operation.name': 'publish',
      'messaging.operation.type': 'send',
      'messaging.destination.name': 'notes',
      'messaging.message.id': eventId,
      'messaging.message.conversation_id': 'c-1',
      'messaging.redis.event_type': 'note_taken',
    });
    expect(traceparent).toBe(`00-${published?.traceId ?? ''}-${published?.id ?? ''}-01`);

    expect(received).toMatchObject({ kind: 'CLIENT', parent: undefined, links: [published?.id] });
    expect(received?.attributes).toEqual({
      'messaging.system': 'redis',
      'messaging.operation.name': 'receive',
      'messaging.operation.type': 'receive',
      'messaging.destination.name': 'notes',
      'messaging.consumer.group.name': 'testers',
      'messaging.batch.message_count': 1,
    });

    expect(processed).toMatchObject({
      kind: 'CONSUMER',
      traceId: published?.traceId,
      parent: published?.id,
      links: [published?.id],
      error: undefined,
    });
    expect(processed?.attributes).toEqual({
      'messaging.system': 'redis',
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'notes',
      'messaging.consumer.group.name': 'testers',
      'messaging.message.id': eventId,
      'messaging.message.conversation_id': 'c-1',
      'messaging.redis.entry_id': id,
      'messaging.redis.event_type': 'note_taken',
      'messaging.redis.handler': 'Notes.onNote',
      'messaging.redis.attempt': 1,
    });

    expect(settled).toMatchObject({
      kind: 'CLIENT',
      traceId: published?.traceId,
      parent: processed?.id,
      links: [published?.id],
    });
    expect(settled?.attributes).toEqual({
      'messaging.system': 'redis',
      'messaging.operation.name': 'settle',
      'messaging.operation.type': 'settle',
      'messaging.destination.name': 'notes',
      'messaging.consumer.group.name': 'testers',
      'messaging.message.id': eventId,
      'messaging.redis.entry_id': id,
    });
  });

  it('goes on with what a handler publishes, in its transaction and beside it', async () => {
    let first = true;
    await using worker = await start(async (_event, { transaction }) => {
      if (!first) return;
      first = false;
      transaction.publish(NoteTaken, { topic: 'within', number: 0 });
      await worker.producer.publish(NoteTaken, { topic: 'beside', number: 0 });
    });
    await worker.producer.publish(NoteTaken, { topic: 'first', number: 0 });
    const processed = await spansOf('process notes', 3);
    const [root] = named('publish notes').filter(({ parent }) => parent === undefined);
    const handled = processed.find(({ parent }) => parent === root?.id);
    const beside = named('publish notes').find(({ parent }) => parent === handled?.id);

    expect(new Set(processed.map(({ traceId }) => traceId))).toEqual(new Set([root?.traceId]));
    expect(processed.map(({ parent }) => parent).sort()).toEqual([root?.id, handled?.id, beside?.id].sort());
  });

  it('gives each try a span, with its error and what became of it', async () => {
    await using worker = await start((_event, { attempt }) => {
      if (attempt === 1) throw new RangeError('too far');
      throw new UnrecoverableError('never');
    });
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 0 });
    const [first, second] = await spansOf('process notes', 2);
    expect(first).toMatchObject({ error: 'too far', parent: second?.parent });
    expect(first?.attributes).toMatchObject({
      'error.type': 'RangeError',
      'messaging.redis.attempt': 1,
      'messaging.redis.outcome': 'retry',
    });
    expect(second?.attributes).toMatchObject({
      'error.type': 'UnrecoverableError',
      'messaging.redis.attempt': 2,
      'messaging.redis.outcome': 'dead-letter',
    });
  });

  it('has one span for a batch, whose context all of its events carry', async () => {
    await using worker = await start(() => undefined);
    const [first = '', second = ''] = await worker.producer.publishAll([
      { event: NoteTaken, data: { topic: 'a', number: 0 } },
      { event: NoteTaken, data: { topic: 'b', number: 0 } },
      { event: NoteTaken, data: { topic: 'c', number: 0 }, options: { traceparent: TRACEPARENT } },
    ]);
    const processed = await spansOf('process notes', 3);
    const published = named('publish notes');
    expect(published).toHaveLength(1);
    expect(published[0]?.attributes).toMatchObject({ 'messaging.batch.message_count': 3 });
    expect(published[0]?.attributes).not.toHaveProperty('messaging.message.id');
    expect(published[0]?.links).toEqual([REMOTE.spanId]);
    expect((await fieldsOf(first))['traceparent']).toContain(published[0]?.id);
    expect((await fieldsOf(second))['traceparent']).toContain(published[0]?.id);
    expect(processed.map(({ parent }) => parent)).toEqual([published[0]?.id, published[0]?.id, REMOTE.spanId]);

    const settled = await eventually('all are settled', () => {
      const spans = named('settle notes');
      return spans.flatMap(({ links }) => links).length === 3 && spans;
    });
    // Which go together is a matter of time.
    for (const { attributes, links } of settled)
      if (links.length > 1) expect(attributes).toMatchObject({ 'messaging.batch.message_count': links.length });
  });

  it('leaves a context alone that the caller gives, and does without one', async () => {
    await using worker = await start(() => undefined);
    const id = await worker.producer.publish(
      NoteTaken,
      { topic: 'a', number: 0 },
      { traceparent: TRACEPARENT, tracestate: 'v=1' },
    );
    const [processed] = await spansOf('process notes');
    expect(await fieldsOf(id)).toMatchObject({ traceparent: TRACEPARENT, tracestate: 'v=1' });
    expect(processed).toMatchObject({ traceId: REMOTE.traceId, parent: REMOTE.spanId, links: [REMOTE.spanId] });
  });

  it('says why a publish failed', async () => {
    await using worker = await start(() => undefined);
    await expect(worker.producer.publish(NoteTaken, { topic: '', number: 0 })).rejects.toThrow();
    expect(named('publish notes')[0]?.attributes).toMatchObject({ 'error.type': 'EventValidationError' });
  });

  it('leaves what is wrong with an option to the producer, which names it', async () => {
    await using worker = await start(() => undefined);
    for (const said of [{ tracestate: 5 }, { traceparent: 5 }, { eventId: null }, { correlationId: {} }]) {
      const wrong = { traceparent: TRACEPARENT, ...said } as object;
      const publishing = worker.producer.publish(NoteTaken, { topic: 'a', number: 0 }, wrong);
      await expect(publishing).rejects.toMatchObject({ name: 'EventEnvelopeError', field: Object.keys(said)[0] });
    }
    const publishing = worker.producer.publish(NoteTaken, { topic: 'a', number: 0 }, null as never);
    await expect(publishing).rejects.toMatchObject({ name: 'EventEnvelopeError', field: 'options' });
    expect(await own.redis.client.xlen('test:notes')).toBe(0);
  });

  it('says which partition of several it was', async () => {
    await using worker = await startWorker(own.redis.url, { partitions: 4 }, [noteHandler(() => undefined)]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 0 });
    await spansOf('process notes');
    const partitions = own.recording.spans().map(({ name, attributes }) => [name, attributes[PARTITION]]);
    const [, partition] = partitions.find(([name]) => name === 'publish notes') ?? [];
    expect(partition).toMatch(/^[0-3]$/);
    expect(Object.fromEntries(partitions)).toEqual({
      'publish notes': partition,
      'receive notes': partition,
      'process notes': partition,
      'settle notes': partition,
    });
  });

  it('is within the span that is active where it publishes', async () => {
    await using worker = await start(() => undefined);
    const span = trace.getTracer('test').startSpan('POST /notes');
    await context.with(trace.setSpan(ROOT_CONTEXT, span), () =>
      worker.producer.publish(NoteTaken, { topic: 'a', number: 0 }),
    );
    span.end();
    expect(named('publish notes')[0]?.parent).toBe(span.spanContext().spanId);
  });
});

describe('without an SDK', () => {
  it('adds nothing to events, and passes on what they carry', async () => {
    await using redis = await freshRedis();
    let done = 0;
    await using worker = await startWorker(redis.url, {}, [
      noteHandler((event, { transaction }) => {
        done += 1;
        if (event.data.topic !== 'again') transaction.publish(NoteTaken, { topic: 'again', number: 0 });
      }),
    ]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 0 });
    await eventually('both are handled', () => done === 2);
    await worker.producer.publish(NoteTaken, { topic: 'b', number: 0 }, { traceparent: TRACEPARENT });
    await eventually('all are handled', () => done === 4);
    const entries = await redis.client.xrange('test:notes', '-', '+');
    const carried = entries.map(([, fields]) => (fields.includes('traceparent') ? TRACEPARENT : undefined));
    expect(carried).toEqual([undefined, undefined, TRACEPARENT, TRACEPARENT]);
    expect(entries.flatMap(([, fields]) => fields).filter((value) => value === TRACEPARENT)).toHaveLength(2);
  });
});
