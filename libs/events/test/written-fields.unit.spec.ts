import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BufferedWrite } from '../src/transaction/effects.js';
import { WrittenFields } from '../src/transaction/written-fields.js';

const write = (command: string, key: string, ...args: string[]): BufferedWrite => ({ command, key, type: '', integer: '', args }); // prettier-ignore
const hset = (key: string, ...args: string[]) => write('HSET', key, ...args);
const hget = (key: string, name: string) => ({ command: 'HGET', key, args: [name] });
const hmget = (key: string, ...args: string[]) => ({ command: 'HMGET', key, args });

/** With names that were read, so that they are remembered. */
function fieldsWith(...names: string[]): WrittenFields {
  const fields = new WrittenFields();
  fields.expect(names);
  return fields;
}

describe('written fields', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('answer hget and hmget; unknown fields are left to Redis', () => {
    const fields = fieldsWith('a', 'b', 'c');
    fields.handOver([hset('hash', 'a', '1', 'b', '2'), write('HDEL', 'hash', 'b')]);
    expect(fields.answer(hget('hash', 'a'), undefined)).toBe('1');
    expect(fields.answer(hget('hash', 'b'), undefined)).toBeNull();
    expect(fields.answer(hget('hash', 'c'), undefined)).toBeUndefined();
    expect(fields.answer(hget('hash', 'c'), 'reply')).toBe('reply');
    expect(fields.answer(hget('other', 'a'), undefined)).toBeUndefined();
    expect(fields.answer(hmget('hash', 'a', 'b'), undefined)).toEqual(['1', null]);
    expect(fields.answer(hmget('hash', 'a', 'c'), undefined)).toBeUndefined();
    const reply = ['old', 'old', 'third'];
    expect(fields.answer(hmget('hash', 'a', 'b', 'c'), reply)).toEqual(['1', null, 'third']);
    expect(reply).toEqual(['old', 'old', 'third']);
    expect(fields.answer(hmget('other', 'a', 'b', 'c'), reply)).toBe(reply);
    expect(fields.answer({ command: 'HGETALL', key: 'hash', args: [] }, undefined)).toBeUndefined();
  });

  it('are forgotten after other writes of the hash, and known again when they are set after that', () => {
    const others: [BufferedWrite, unknown][] = [
      [write('DEL', 'hash'), [undefined, undefined]],
      [write('SET', 'hash', 'text'), [undefined, undefined]],
      [write('PEXPIRE', 'hash', '30000'), [undefined, undefined]],
      [write('PEXPIRE', 'hash', '30001'), ['1', '2']],
      [write('HINCRBY', 'hash', 'a', '1'), [undefined, '2']],
      [write('HINCRBY', 'hash', 'c', '1'), ['1', '2']],
      [write('DEL', 'other'), ['1', '2']],
    ];
    for (const [other, expected] of others) {
      const fields = fieldsWith('a', 'b');
      const values = () => ['a', 'b'].map((name) => fields.answer(hget('hash', name), undefined));
      fields.handOver([hset('hash', 'a', '1', 'b', '2')]);
      fields.handOver([other]);
      expect(values()).toEqual(expected);
      fields.handOver([hset('hash', 'a', '3'), other, hset('hash', 'a', '4')]);
      expect(values()[0]).toBe('4');
    }
  });

  it('are remembered where fields of that name are read', () => {
    const fields = fieldsWith('read');
    fields.handOver([hset('hash', 'read', '1', 'other', '2')]);
    expect(fields.answer(hget('hash', 'other'), undefined)).toBeUndefined();
    expect(fields.answer(hget('hash', 'read'), undefined)).toBe('1');
    fields.expect(['other']);
    fields.handOver([hset('hash', 'other', '3')]);
    expect(fields.answer(hget('hash', 'other'), undefined)).toBe('3');
  });

  it('are forgotten, with later ones that rest on them, when a transaction was not committed; but not those set after that', () => {
    const fields = fieldsWith('a');
    const value = () => fields.answer(hget('hash', 'a'), undefined);
    const [first, second, third] = ['1', '2', '3'].map((text) => fields.handOver([hset('hash', 'a', text)]));
    fields.handOver([hset('other', 'a', 'other')]);
    fields.takeBack(first ?? 0, [], [hset('hash', 'a', '1')]);
    expect(value()).toBeUndefined();
    const fourth = fields.handOver([hset('hash', 'a', '4')]);
    fields.takeBack(second ?? 0, [hget('hash', 'a')], [hset('hash', 'a', '2')]);
    fields.takeBack(third ?? 0, [hget('hash', 'a')], []);
    expect(value()).toBe('4');
    fields.takeBack(fourth, [hget('hash', 'a')], []);
    expect([value(), fields.answer(hget('other', 'a'), undefined)]).toEqual([undefined, 'other']);
  });

  it('are forgotten in both generations', () => {
    const fields = fieldsWith('a', 'b');
    const first = fields.handOver([hset('hash', 'a', '1')]);
    vi.advanceTimersByTime(10_001);
    fields.handOver([hset('hash', 'b', '2')]);
    expect(fields.answer(hmget('hash', 'a', 'b'), undefined)).toEqual(['1', '2']);
    fields.takeBack(first, [], [hset('hash', 'a', '1')]);
    expect(fields.answer(hmget('hash', 'a', 'b'), ['x', 'y'])).toEqual(['x', 'y']);
  });

  it('are remembered in a bounded number, in one hash or in many', () => {
    for (const keyOf of [() => 'one', (number: number) => `hash ${String(number)}`]) {
      const names = Array.from({ length: 20_000 }, (_, number) => [keyOf(number), `field ${String(number % 2000)}`] as const); // prettier-ignore
      const inOne = keyOf(0) === keyOf(1);
      const fields = fieldsWith(...names.slice(0, 2000).map(([, name]) => name));
      for (const [key, name] of names) fields.handOver([hset(key, name, 'value')]);
      const isKnown = ([key, name]: readonly [string, string]) => fields.answer(hget(key, name), undefined) === 'value';
      expect(names.slice(-4000).every(isKnown)).toBe(true);
      if (!inOne) expect(names.slice(0, 12_000).some(isKnown)).toBe(false);
    }
  });

  it('stay while they are written', () => {
    const fields = fieldsWith('a');
    for (let number = 0; number < 20_000; number += 1) {
      if (number % 3000 === 0) fields.handOver([hset('used', 'a', String(number))]);
      fields.handOver([hset(String(number), 'a', '1')]);
    }
    expect(fields.answer(hget('used', 'a'), undefined)).toBe('18000');
  });

  it('are forgotten after a while', () => {
    const fields = fieldsWith('a');
    const value = () => {
      fields.expect(['a']);
      return fields.answer(hget('hash', 'a'), undefined);
    };
    fields.handOver([hset('hash', 'a', '1')]);
    vi.advanceTimersByTime(10_001);
    expect(value()).toBe('1');
    vi.advanceTimersByTime(10_001);
    expect(value()).toBeUndefined();
    fields.handOver([hset('hash', 'a', '1')]);
    vi.advanceTimersByTime(20_001);
    expect(value()).toBeUndefined();
  });

  it('are not remembered when the value is long, or when Redis has another one', () => {
    const fields = fieldsWith('a');
    const after = (value: string) => {
      fields.handOver([hset('hash', 'a', 'known')]);
      fields.handOver([hset('hash', 'a', value)]);
      return fields.answer(hget('hash', 'a'), undefined);
    };
    expect(after('x'.repeat(1000))).toHaveLength(1000);
    for (const value of ['x'.repeat(1001), 'half \ud83d', '\ude00']) expect(after(value)).toBeUndefined();
    expect(after('\ud83d\ude00')).toBe('\ud83d\ude00');
  });
});
