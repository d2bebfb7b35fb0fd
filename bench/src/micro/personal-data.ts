import { OrderPlaced } from '@shop/contracts';
import { createSecretKey, randomBytes } from 'node:crypto';
import { ORDERS_SOURCE } from '../contestants/contestant.js';
import type { Order } from '../orders.js';
import { LIMITS, orders } from './batch.js';
import {
  decodeToHandle,
  encodePersonal,
  fieldsOf,
  newEnvelope,
  personalPlanOf,
  Sealed,
  Subscription,
  type Keyspace,
  type PersonalEntry,
  type SubjectKeys,
} from './internals.js';
import { standIn } from './stand-in.js';

const PLAN = planOf(OrderPlaced);
const KEY = { number: 1, key: createSecretKey(randomBytes(32)) };

/** An order's entry, with its personal data encrypted. */
export function createSealing(keyspace: Keyspace): (order: Order) => PersonalEntry {
  return (order) => {
    const envelope = newEnvelope(OrderPlaced, order, ORDERS_SOURCE, LIMITS);
    const entry = encodePersonal(OrderPlaced, PLAN, envelope, {}, { keyspace, comesBack: true }, LIMITS);
    entry.unsealed?.seal(KEY);
    return entry;
  };
}

/** Decrypts a batch. The keys are in memory: the one command that reads the keys of a batch is not measured here. */
export function createOpening(keyspace: Keyspace): () => Promise<unknown> {
  const subjectKeys = standIn<SubjectKeys>({ find: () => KEY });
  const subscription = new Subscription('orders', false, undefined, LIMITS);
  const seal = createSealing(keyspace);
  const entries = orders.map((order) => fieldsOf(seal(order)));
  return () =>
    Promise.all(
      entries.map((fields) => {
        const sealed = Sealed.of(PLAN, decodeToHandle(fields));
        if (sealed === undefined) throw new Error('Expected personal data');
        return sealed.open(keyspace, subjectKeys, subscription);
      }),
    );
}

function planOf(event: typeof OrderPlaced) {
  const plan = personalPlanOf(event);
  if (plan === undefined) throw new Error(`Expected ${event.name} to have personal data`);
  return plan;
}
