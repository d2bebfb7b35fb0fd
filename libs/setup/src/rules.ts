import { ORDER_STATE, READ_MODELS, SERVICES, STREAMS, type ShopService } from '@shop/contracts';
import { aclRules, Keyspace, type AclRole } from 'nestjs-event-streams/core';
import type { User } from './users.js';

/** The read models that are looked at as a whole; those of single orders name customers. */
const TOTALS = Object.values(READ_MODELS).filter((name) => typeof name === 'string');

/** The rules of a user of the shop, as `ACL SETUSER` and an ACL file take them, without its password. */
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
      return [...lookingRules('operator', prefix), ...AT_ONE_MOMENT, books(keys)];
    case 'viewer':
      return [...lookingRules('viewer', prefix), ...AT_ONE_MOMENT, books(keys)];
    case 'operator':
      return aclRules('operator', { prefix, streams: STREAMS, erasure: true });
    case 'audit':
      return auditRules(keys);
    case 'inspector':
      return inspectorRules(prefix);
  }
}

/** The keys of the shop that its rules name. */
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

/** Whoever handles orders or shipments reads keys of personal data; to make one is for those who publish some. */
function workerRules(
  { handles, publishes, group, state, stateKeys }: Required<ShopService>,
  prefix: string,
  erasure: true | 'read' = 'read',
): string[] {
  return aclRules('worker', { prefix, streams: handles, publishes, group, state, stateKeys, erasure });
}

function lookingRules(role: Extract<AclRole, 'viewer' | 'operator'>, prefix: string): string[] {
  return aclRules(role, { prefix, streams: STREAMS, state: SERVICES.processor.state, stateKeys: TOTALS });
}

/** What the audit asks for at one moment. */
const AT_ONE_MOMENT = ['+multi', '+exec'];

/** The order service has books of its own, and looks at how far the shop is before it lets more customers come. */
function orderRules(keys: ShopKeys): string[] {
  return [
    '+time',
    selector(['hget', 'hset', 'hsetnx'], [keys.ofOrder('idempotencyKeys')]),
    selector(['sadd'], [keys.ofOrder('accepted'), keys.ofOrder('poison')]),
    selector(['incr'], [keys.ofOrder('simulationRuns')]),
    lookOnly(['eval_ro', 'xinfo|groups', 'xinfo|stream', 'xlen', 'xrange', 'xrevrange'], keys.streams),
  ];
}

function auditRules(keys: ShopKeys): string[] {
  return [
    ...[...NOTHING, '+ping', '+select', '+client|setname', ...AT_ONE_MOMENT],
    lookOnly(['xinfo|groups', 'xinfo|stream', 'xpending', 'xrange'], keys.streams),
    lookOnly(['xrange'], keys.deadLetters),
    lookOnly(['xlen'], keys.replays),
    lookOnly(['hgetall'], keys.totals),
    books(keys),
  ];
}

/** On every stream of the prefix, those of dead letters among them, and on no state. */
function inspectorRules(prefix: string): string[] {
  const { streamPattern } = new Keyspace(prefix, '');
  return [
    ...[...NOTHING, '+ping', '+echo', '+info', '+time', '+select', '+command', '+client|setname', '+client|getname'],
    lookOnly(['xinfo', 'xlen', 'xpending', 'xrange', 'xrevrange'], [streamPattern]),
  ];
}

const NOTHING = ['resetkeys', 'resetchannels', '-@all'];

/** What the order service has written down, which the audit compares with the streams. */
function books(keys: ShopKeys): string {
  return lookOnly(['sscan'], [keys.ofOrder('accepted'), keys.ofOrder('poison')]);
}

function selector(commands: readonly string[], keys: readonly string[], mark = '~'): string {
  return `(-@all ${commands.map((name) => `+${name}`).join(' ')} ${keys.map((key) => mark + key).join(' ')})`;
}

function lookOnly(commands: readonly string[], keys: readonly string[]): string {
  return selector(commands, keys, '%R~');
}
