import { describe, expect, it } from 'vitest';
import { TransactionRefusedError } from '../src/model/errors/transaction.js';
import { WriteGuard } from '../src/transaction/write-guard.js';

describe('WriteGuard', () => {
  it('leaves what depends on the server to the server', () => {
    const guard = new WriteGuard();
    expect(guard.change('SADD', 'tags', 'set')).toMatchObject({ type: 'set', integer: '' });
    expect(guard.increment('INCRBY', 'count', 'string', '=').type).toBe('string');
    expect(guard.increment('HINCRBY', 'stock', 'hash', 'pen').type).toBe('hash');
  });

  it('remembers what was written, key by key', () => {
    const guard = new WriteGuard();
    guard.change('SADD', 'tags', 'set');
    guard.replace('gone');
    expect([guard.wrote('tags'), guard.wrote('gone'), guard.wrote('other')]).toEqual([true, true, false]);
  });

  it('refuses a write to what the transaction has made something else, and names both', () => {
    const guard = new WriteGuard();
    guard.replace('a', 'text');
    expect(() => guard.change('HSET', 'a', 'hash')).toThrow(TransactionRefusedError);
    expect(() => guard.change('HSET', 'a', 'hash')).toThrow('HSET a needs a hash; this transaction made it a string');

    guard.change('SADD', 'b', 'set');
    expect(() => guard.increment('INCRBY', 'b', 'string', '=')).toThrow(
      /needs a string; this transaction made it a set/,
    );
  });

  it('does not ask the server about a key that the transaction has deleted or set', () => {
    const guard = new WriteGuard();
    guard.replace('a');
    expect(guard.change('RPUSH', 'a', 'list')).toEqual({ type: '', integer: '' });
    guard.replace('a', '5');
    expect(guard.increment('INCRBY', 'a', 'string', '=')).toEqual({ type: '', integer: '' });
  });

  it.each(['text', '', '1.5', ' 1', '1e3', '007', '-0', '+1', '1'.repeat(16)])(
    'refuses to increment %j, which the transaction has set',
    (value) => {
      const guard = new WriteGuard();
      guard.replace('count', value);
      expect(() => guard.increment('INCRBY', 'count', 'string', '=')).toThrow(
        /expected an integer of at most 15 digits/,
      );
      guard.change('HSET', 'stock', 'hash');
      guard.setFields('stock', ['pen', value]);
      expect(() => guard.increment('HINCRBY', 'stock', 'hash', 'pen')).toThrow(TransactionRefusedError);
    },
  );

  it.each(['0', '7', '-7', '9'.repeat(15), `-${'9'.repeat(15)}`])(
    'increments %j, which the transaction has set',
    (value) => {
      const guard = new WriteGuard();
      guard.replace('count', value);
      expect(guard.increment('INCRBY', 'count', 'string', '=')).toEqual({ type: '', integer: '' });
      guard.change('HSET', 'stock', 'hash');
      guard.setFields('stock', ['pen', value]);
      // The hash may be anything on the server; the field's value is ours.
      expect(guard.increment('HINCRBY', 'stock', 'hash', 'pen')).toEqual({ type: 'hash', integer: '' });
    },
  );

  it('asks the server about a field that the transaction has not set', () => {
    const guard = new WriteGuard();
    guard.change('HSET', 'stock', 'hash');
    guard.setFields('stock', ['pen', 'text']);
    expect(guard.increment('HINCRBY', 'stock', 'hash', 'ink').integer).not.toBe('');
  });

  it('asks the server about a field without a name, too', () => {
    expect(new WriteGuard().increment('HINCRBY', 'stock', 'hash', '').integer).not.toBe('');
  });
});
