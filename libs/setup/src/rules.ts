import { ORDER_STATE, READ_MODELS, SERVICES, STREAMS, type ShopService } from '@shop/contracts';
import { aclRules, type AclRole } from 'nestjs-event-streams/core';
import { Keyspace } from 'nestjs-event-streams/internal';
import type { User } from './users.js';

/** The read models without those of single orders. */
const TOTALS = Object.values(READ_MODELS).filter((name) => typeof name === 'string');

/** The rules of a user of the shop, in the form of `ACL SETUSER` and of ACL files, without its password. */
export function rulesOf(user: User, prefix: string): string[] {
  const keys = new ShopKeys(prefix);
  switch (user) {
    case 'order-service':
      return [
        ...aclRules('producer', { prefix, publishes: SERVICES.order.publishes, erasure: true }),
        ...orderRules(keys),
      ];
    case 'payment-service':
      return workerRules(SERVICES.payment, prefix);
    case 'inventory-service':
      return workerRules(SERVICES.inventory, prefix);
    case 'shipping-service':
      return workerRules(SERVICES.shipping, prefix, true);
    case 'processor':
      return workerRules(SERVICES.processor, prefix);
    case 'console':
      return [...readerRules('operator', prefix), ...TRANSACTION_COMMANDS, recordRules(keys)];
    case 'viewer':
      return [...readerRules('viewer', prefix), ...TRANSACTION_COMMANDS, recordRules(keys)];
    case 'operator':
      return aclRules('operator', { prefix, streams: STREAMS, erasure: true });
    case 'audit':
      return auditRules(keys);
    case 'inspector':
      return inspectorRules(prefix);
  }
}

/** The keys of the shop that the rules name. */
class ShopKeys {
  readonly streams: string[];
  readonly deadLetters: string[];
  readonly replays: string[];
  readonly totals: string[];
  private readonly ofOrders: Keyspace;

  constructor(prefix: string) {
    const keyspace = new Keyspace(prefix, SERVICES.processor.state);
    this.streams = STREAMS.map((stream) => keyspace.stream(stream));
    this.deadLetters = STREAMS.flatMap((stream) => [keyspace.deadLetters(stream), keyspace.deadLetterHistory(stream)]);
    this.replays = Object.values<ShopService>(SERVICES).flatMap(({ group, handles }) =>
      group === undefined ? [] : handles.map((stream) => keyspace.replays(stream, group).key),
    );
    this.totals = TOTALS.map((name) => keyspace.ofService(name));
    this.ofOrders = new Keyspace(prefix, SERVICES.order.state);
  }

  ofOrder(name: keyof typeof ORDER_STATE): string {
    return this.ofOrders.ofService(ORDER_STATE[name]);
  }
}

/** @param erasure every worker reads the keys of personal data; `true` for those who publish personal data and so create keys */
function workerRules(
  { handles, publishes, group, state, stateKeys }: Required<ShopService>,
  prefix: string,
  erasure: true | 'read' = 'read',
): string[] {
  return aclRules('worker', { prefix, streams: handles, publishes, group, state, stateKeys, erasure });
}

function readerRules(role: Extract<AclRole, 'viewer' | 'operator'>, prefix: string): string[] {
  return aclRules(role, { prefix, streams: STREAMS, state: SERVICES.processor.state, stateKeys: TOTALS });
}

/** The audit reads several keys atomically. */
const TRANSACTION_COMMANDS = ['+multi', '+exec'];

/** The order service writes its own records, and its simulation reads the lag of the groups. */
function orderRules(keys: ShopKeys): string[] {
  return [
    '+time',
    selector(['hget', 'hset', 'hsetnx'], [keys.ofOrder('idempotencyKeys')]),
    selector(['sadd'], [keys.ofOrder('accepted'), keys.ofOrder('poison')]),
    selector(['incr'], [keys.ofOrder('simulationRuns')]),
    readOnly(['eval_ro', 'xinfo|groups', 'xinfo|stream', 'xlen', 'xrange', 'xrevrange'], keys.streams),
  ];
}

function auditRules(keys: ShopKeys): string[] {
  return [
    ...[...NOTHING, '+ping', '+select', '+client|setname', ...TRANSACTION_COMMANDS],
    readOnly(['xinfo|groups', 'xinfo|stream', 'xpending', 'xrange'], keys.streams),
    readOnly(['xrange'], keys.deadLetters),
    readOnly(['xlen'], keys.replays),
    readOnly(['hgetall'], keys.totals),
    recordRules(keys),
  ];
}

/** May read every stream of the prefix, including the dead-letter streams, but no state. */
function inspectorRules(prefix: string): string[] {
  const { streamPattern } = new Keyspace(prefix, '');
  return [
    ...[...NOTHING, '+ping', '+echo', '+info', '+time', '+select', '+command', '+client|setname', '+client|getname'],
    readOnly(['xinfo', 'xlen', 'xpending', 'xrange', 'xrevrange'], [streamPattern]),
  ];
}

const NOTHING = ['resetkeys', 'resetchannels', '-@all'];

/** The records of the order service, which the audit compares with the streams. */
function recordRules(keys: ShopKeys): string {
  return readOnly(['sscan'], [keys.ofOrder('accepted'), keys.ofOrder('poison')]);
}

function selector(commands: readonly string[], keys: readonly string[], mark = '~'): string {
  return `(-@all ${commands.map((name) => `+${name}`).join(' ')} ${keys.map((key) => mark + key).join(' ')})`;
}

function readOnly(commands: readonly string[], keys: readonly string[]): string {
  return selector(commands, keys, '%R~');
}
