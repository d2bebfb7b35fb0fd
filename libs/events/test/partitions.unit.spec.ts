import { describe, expect, it } from 'vitest';
import { publishTargetOf } from '../src/transaction/publish-target.js';
import { Partitions } from '../src/stream/keys/partitions.js';

const layout = { prefix: 'shop', state: 'stock', partitions: 4, sharedState: false };

describe('Partitions', () => {
  it('are the plain keys where there is one', () => {
    const keyspace = new Partitions({ ...layout, partitions: 1 }).of('any');
    expect(keyspace.stream('orders')).toBe('shop:orders');
    expect(keyspace.ofService('items')).toBe('shop:stock:items');
  });

  it('give every key of a partition the same hash tag', () => {
    const { all } = new Partitions(layout);
    expect(all.map((keyspace) => keyspace.stream('orders'))).toEqual([
      '{shop:0}:orders',
      '{shop:1}:orders',
      '{shop:2}:orders',
      '{shop:3}:orders',
    ]);
    for (const [number, keyspace] of all.entries()) {
      const { key, notes } = keyspace.channel('orders', 'packers');
      const replays = keyspace.replays('orders', 'packers');
      for (const one of [
        key,
        notes,
        replays.key,
        replays.notes,
        keyspace.deadLetters('orders'),
        keyspace.deadLetterHistory('orders'),
        keyspace.parked('orders', 'packers', 'Handlers.on', 'key}{1'),
        keyspace.producer('id'),
        keyspace.published('orders', 'once'),
        keyspace.lease('packers'),
        keyspace.ofService('items'),
      ]) {
        // What a cluster hashes: between the first "{" and the first "}" behind it.
        expect(/\{(.*?)\}/.exec(one)?.[1]).toBe(`shop:${String(number)}`);
      }
    }
  });

  it('keep the state in one place when it is shared', () => {
    const { all } = new Partitions({ ...layout, sharedState: true });
    expect(all.map((keyspace) => keyspace.ofService('items'))).toEqual(new Array(4).fill('shop:stock:items'));
  });

  it('send what a transaction publishes elsewhere, unless Redis is a cluster', () => {
    const partitions = new Partitions(layout);
    const own = partitions.of('foobar');
    const other = ['a', 'b', 'c', 'd'].find((key) => partitions.of(key) !== own) ?? expect.fail();
    expect(publishTargetOf(partitions, own, 'order_placed', 'foobar')).toBe(own);
    expect(publishTargetOf(partitions, own, 'order_placed', other)).toBe(partitions.of(other));
    Object.assign(partitions, { isCluster: true });
    expect(publishTargetOf(partitions, own, 'order_placed', 'foobar')).toBe(own);
    expect(() => publishTargetOf(partitions, own, 'order_placed', other)).toThrow(
      `publish of order_placed: expected a partition key of ${own.prefix}, got one of ${partitions.of(other).prefix}`,
    );
  });
});
