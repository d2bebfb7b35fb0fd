import { OrderPlaced } from '@shop/contracts';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { validate } from 'nestjs-event-streams/internal';
import { ORDERS_SOURCE } from '../contestants/contestant.js';
import { entries, json, LIMITS, orders, reply } from './batch.js';
import { createDispatch } from './dispatch.js';
import { decodeToHandle, encode, EntriesParser, newEnvelope, Partitions } from './internals.js';
import { createOpening, createSealing } from './personal-data.js';
import { createCommit, createPaying } from './transactions.js';

/** Performs a step for all events of a batch. */
export type Step = () => unknown;

/** All steps that are timed, by their names for people. */
export function createSteps(): ReadonlyMap<string, Step> {
  const partitions = new Partitions({ prefix: 'bench', state: 'bench', partitions: 1, sharedState: false });
  const keyspace = partitions.at(0);
  const parser = new EntriesParser();
  const pay = createPaying(partitions);
  const seal = createSealing(keyspace);
  return new Map<string, Step>([
    ['validate: class-transformer and class-validator', () => orders.map(validateByClassValidator)],
    ['validate: compiled', () => orders.map((order) => validate(OrderPlaced, order))],
    ['decode: bytes of a reply to entries', () => parser.push(reply)],
    ['decode: an entry to an envelope, with its JSON', () => entries.map(({ fields }) => decodeToHandle(fields))],
    ['decode: of this, JSON.parse', () => json.map((text) => JSON.parse(text) as unknown)],
    ['dispatch: decode, validate, keyed queue, handler, settled', createDispatch()],
    ['transaction: a write and an event that a handler makes', pay],
    ['transaction: the command that commits it', createCommit(pay())],
    [
      'publish: check, validate, envelope, fields',
      () => orders.map((order) => encode(newEnvelope(OrderPlaced, order, ORDERS_SOURCE, LIMITS), LIMITS)),
    ],
    ['publish: the same, with five fields encrypted', () => orders.map(seal)],
    ['decode: five fields decrypted', createOpening(keyspace)],
  ]);
}

function validateByClassValidator(order: OrderPlaced): OrderPlaced {
  const instance = plainToInstance(OrderPlaced, order);
  if (validateSync(instance, { forbidUnknownValues: true }).length > 0) throw new Error('Expected a valid order');
  return instance;
}
