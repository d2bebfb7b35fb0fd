// What single steps of an event's way cost, on the built library: npm run build && npm run bench:micro
// For figures that mean something: taskset -c 1 npm run bench:micro
import 'reflect-metadata';
import { OrderPlaced, PaymentProcessed } from '@shop/contracts';
import { createSecretKey, randomBytes } from 'node:crypto';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { setImmediate as turn } from 'node:timers/promises';
import { EventsObserver, validate } from 'nestjs-event-streams';
import { ORDERS_SOURCE, PAYMENTS_SOURCE } from './contestants/contestant.mjs';
import { createOrders } from './orders.mjs';
import { decodeToHandle } from '../libs/events/dist/decode/decode.js';
import { EncodedCommand } from '../libs/events/dist/connection/encoded-command.js';
import { HandlerRunner } from '../libs/events/dist/dispatch/handler-runner.js';
import { Overruns } from '../libs/events/dist/dispatch/overruns.js';
import { Semaphore } from '../libs/events/dist/concurrency/semaphore.js';
import { subscriptionsOf } from '../libs/events/dist/dispatch/subscriptions.js';
import { Pipeline } from '../libs/events/dist/worker/pipeline.js';
import { DEFAULT_PAYLOAD_LIMITS } from '../libs/events/dist/model/payload-limits.js';
import { encode } from '../libs/events/dist/publish/encode.js';
import { newEnvelope } from '../libs/events/dist/publish/new-envelope.js';
import { Sealed } from '../libs/events/dist/personal/opening.js';
import { personalPlanOf } from '../libs/events/dist/personal/personal.js';
import { encodePersonal } from '../libs/events/dist/publish/personal.js';
import { InFlightDeliveries, InFlightDelivery } from '../libs/events/dist/read/in-flight.js';
import { Stopping } from '../libs/events/dist/concurrency/stopping.js';
import { Gatherer } from '../libs/events/dist/concurrency/gatherer.js';
import { settleArguments } from '../libs/events/dist/settle/settle-arguments.js';
import { EntriesParser } from '../libs/events/dist/stream/entries-parser.js';
import { fieldsOf } from '../libs/events/dist/stream/layouts.js';
import { Partitions } from '../libs/events/dist/stream/partitions.js';
import { NO_INSTRUMENTATION } from '../libs/events/dist/model/instrumentation.js';
import { Transaction } from '../libs/events/dist/transaction/transaction.js';

/** With --quick the figures mean little: to see that all of it runs. */
const QUICK = process.argv.includes('--quick');
const ROUNDS = QUICK ? 2 : 60;
const ROUND_MS = QUICK ? 1 : 20;
/** Entries of a reply. */
const BATCH = 100;
const LIMITS = { ...DEFAULT_PAYLOAD_LIMITS, maxDepth: 32 };

const stock = createOrders(0, BATCH);
/** As they come from a stream: from JSON, no two alike. */
const orders = Array.from({ length: BATCH }, () => JSON.parse(JSON.stringify(stock.next())));
const entries = orders.map((order, index) => ({
  id: `1795452268988-${String(index)}`,
  fields: entryOf(order),
}));
const reply = replyOf(entries);
const json = orders.map((order) => JSON.stringify(order));

const parser = new EntriesParser();
const dispatch = createDispatch();
const envelopes = entries.map(({ fields }) => decodeToHandle(fields));
const partitions = new Partitions({ prefix: 'bench', state: 'bench', partitions: 1, sharedState: false });
const parts = /** @type {any} */ ({
  keyspace: partitions.at(0),
  partitions,
  source: PAYMENTS_SOURCE,
  limits: LIMITS,
  instrumentation: NO_INSTRUMENTATION,
  erasure: false,
});
const handlers = ['Orders.payOrder'];
const PLAN = /** @type {import('../libs/events/dist/personal/personal.js').PersonalPlan} */ (
  personalPlanOf(OrderPlaced)
);
/** As if Redis had been asked: one question for all of a batch is not measured here. */
const KEY = { number: 1, key: createSecretKey(randomBytes(32)) };
const KEYS = /** @type {any} */ ({ find: () => KEY });
const SUBSCRIPTION = /** @type {any} */ ({ roundsIntegers: false, limits: LIMITS });
const sealedEntries = orders.map((order) => ({ fields: fieldsOf(sealed(order)) }));
const settlements = settle();

/** Each takes a step for all of the batch. @type {Record<string, () => unknown>} */
const steps = {
  'validate: class-transformer and class-validator': () =>
    orders.map((order) => {
      const instance = plainToInstance(OrderPlaced, order);
      if (validateSync(instance, { forbidUnknownValues: true }).length > 0) throw new Error('not valid');
      return instance;
    }),
  'validate: compiled': () => orders.map((order) => validate(OrderPlaced, order)),
  'decode: bytes of a reply to entries': () => parser.push(reply),
  'decode: an entry to an envelope, with its JSON': () => entries.map(({ fields }) => decodeToHandle(fields)),
  'decode: of this, JSON.parse': () => json.map((text) => JSON.parse(text)),
  'dispatch: decode, validate, lane, handler, settled': () => dispatch(),
  'transaction: a write and an event that a handler makes': () => settle(),
  'transaction: the command that commits it': () => {
    const { keys, values } = settleArguments({ group: 'bench', consumer: 'bench' }, settlements);
    const command = new EncodedCommand('evalsha', ['0'.repeat(40), keys.length, ...keys, ...values]);
    command.recycle();
    return command;
  },
  'publish: check, validate, envelope, fields': () =>
    orders.map((order) => encode(newEnvelope(OrderPlaced, order, ORDERS_SOURCE, LIMITS), LIMITS)),
  'publish: the same, with five fields encrypted': () => orders.map(sealed),
  'decode: five fields decrypted': () =>
    Promise.all(
      sealedEntries.map(({ fields }) => {
        const event = decodeToHandle(fields);
        return Sealed.of(PLAN, event)?.open(partitions.at(0), KEYS, SUBSCRIPTION);
      }),
    ),
};

/** @param {import('./orders.mjs').Order} order */
function entryOf(order) {
  const envelope = newEnvelope(OrderPlaced, order, ORDERS_SOURCE, LIMITS, { correlationId: order.order_id });
  return fieldsOf(encode(envelope, LIMITS));
}

/** @param {import('./orders.mjs').Order} order */
function sealed(order) {
  const envelope = newEnvelope(OrderPlaced, order, ORDERS_SOURCE, LIMITS);
  const place = { keyspace: partitions.at(0), comesBack: true };
  const entry = encodePersonal(OrderPlaced, PLAN, envelope, {}, place, LIMITS);
  entry.unsealed?.seal(KEY);
  return entry;
}

/** What handlers that pay an order leave to be settled. */
function settle() {
  return envelopes.map((cause, index) => {
    const transaction = new Transaction(parts, cause, 'Orders.payOrder');
    const order = /** @type {OrderPlaced} */ (/** @type {unknown} */ (cause.data));
    transaction.hset('paid', order.order_id, order.total_amount);
    transaction.publish(PaymentProcessed, {
      payment_id: transaction.uuid('payment'),
      order_id: order.order_id,
      amount: order.total_amount,
      currency: order.currency,
      method: 'card',
      status: 'approved',
    });
    const { reads, writes, events } = transaction;
    return {
      stream: 'bench:orders',
      notes: 'bench:deliveries',
      id: entries[index]?.id ?? '',
      eventId: cause.event_id,
      handler: 'Orders.payOrder',
      handlers,
      noteBecomes: undefined,
      key: undefined,
      reads,
      writes,
      events,
    };
  });
}

/** The way of an entry from the read to its settlement; only what Redis would do to settle it is left out. */
function createDispatch() {
  const handler = {
    name: 'Orders.onOrder',
    event: OrderPlaced,
    retry: { attempts: 3, firstDelayMs: 100, maxDelayMs: 1000 },
    errors: [],
    timeoutMs: 30_000,
    parksKey: false,
    invoke: () => undefined,
  };
  const [subscription] = subscriptionsOf([handler], []);
  if (subscription === undefined) throw new Error('There is no subscription');
  const slots = new Semaphore(1000);
  const holdings = new InFlightDeliveries({ entries: 1000, bytes: 2 ** 26, concurrency: 1000 }, () => slots.load);
  const gatherer = new Gatherer(async () => ({ status: 'done' }));
  const settler = {
    commit: (/** @type {{ inFlight: InFlightDelivery }} */ { inFlight }) => gatherer.add(inFlight.entry.id),
  };
  const address = { group: 'bench', consumer: 'bench' };
  const parts = /** @type {any} */ ({});
  const stopping = new Stopping();
  const attempts = new HandlerRunner(
    address,
    slots,
    new Overruns(Infinity),
    /** @type {any} */ (settler),
    parts,
    new EventsObserver(),
    stopping,
    NO_INSTRUMENTATION,
    Infinity,
    /** @type {any} */ ({}),
  );
  const pipeline = new Pipeline(holdings, attempts, stopping);
  const channel = { key: 'bench:orders', notes: 'bench:deliveries', isReplay: false, start: '0' };
  const nothing = new Map();
  return async () => {
    for (const entry of entries) {
      pipeline.accept(new InFlightDelivery(subscription, channel, entry, nothing, undefined, false));
    }
    while (holdings.size > 0) await turn();
    return true;
  };
}

/** What XREADGROUP would answer. @param {readonly { id: string, fields: readonly string[] }[]} all */
function replyOf(all) {
  const bulk = (/** @type {string} */ text) => `$${String(Buffer.byteLength(text))}\r\n${text}\r\n`;
  const entry = (/** @type {{ id: string, fields: readonly string[] }} */ { id, fields }) =>
    `*2\r\n${bulk(id)}*${String(fields.length)}\r\n${fields.map(bulk).join('')}`;
  return Buffer.from(`*1\r\n*2\r\n${bulk('bench:orders')}*${String(all.length)}\r\n${all.map(entry).join('')}`);
}

/**
 * Nanoseconds for each event, of every round: other work on the machine disturbs some rounds, the median stays.
 * @param {() => unknown} step
 */
async function measure(step) {
  let kept;
  const round = async (/** @type {number} */ batches) => {
    const start = process.hrtime.bigint();
    for (let batch = 0; batch < batches; batch++) {
      const result = step();
      kept = result instanceof Promise ? await result : result;
    }
    return Number(process.hrtime.bigint() - start) / (batches * BATCH);
  };
  for (let warm = 0; warm < 20; warm++) await round(10);
  const batches = Math.max(1, Math.round((ROUND_MS * 1e6) / BATCH / (await round(10))));
  const rounds = [];
  for (let index = 0; index < ROUNDS; index++) rounds.push(await round(batches));
  rounds.sort((a, b) => a - b);
  if (kept === undefined) throw new Error('A step gave nothing');
  return { fastest: rounds[0] ?? 0, median: rounds[ROUNDS / 2] ?? 0 };
}

const ns = (/** @type {number} */ value) => `${value.toFixed(0)} ns`.padStart(10);

console.log(`An order of three items, ${String(json[0]?.length)} bytes; Node.js ${process.version}`);
console.log(`${'step, for each event'.padEnd(54)}${'median'.padStart(10)}${'fastest'.padStart(10)}`);
for (const [name, step] of Object.entries(steps)) {
  const { median, fastest } = await measure(step);
  console.log(`${name.padEnd(54)}${ns(median)}${ns(fastest)}`);
}
