import fc from 'fast-check';
import { EventPayloadError } from 'nestjs-event-streams';
import { describe, expect, it } from 'vitest';
import { DEFAULT_PAYLOAD_LIMITS } from '../src/model/payload-limits.js';
import { checkedJson, payloadOfJson } from '../src/publish/payload.js';

const LIMITS = { ...DEFAULT_PAYLOAD_LIMITS, maxBytes: 1000, maxDepth: 10 };

function nested(depth: number): object {
  return depth === 1 ? {} : { a: nested(depth - 1) };
}

function refusal(data: object): EventPayloadError {
  try {
    checkedJson('note_taken', data, LIMITS);
  } catch (error) {
    if (error instanceof EventPayloadError) return error;
    throw error;
  }
  return expect.fail('it was taken');
}

describe('a payload', () => {
  it('is taken when JSON gives back what was given, and refused otherwise', () => {
    const values = fc.anything({
      withBigInt: true,
      withDate: false,
      withMap: true,
      withSet: true,
      withSparseArray: true,
    });
    fc.assert(
      fc.property(fc.dictionary(fc.string(), values, { noNullPrototype: false }), (data) => {
        let json: string;
        try {
          json = checkedJson('note_taken', data, { ...LIMITS, maxBytes: 1e6, maxDepth: 50 });
        } catch (error) {
          expect(error).toBeInstanceOf(EventPayloadError);
          return;
        }
        // Nothing is lost but what is undefined, and the sign of zero.
        const kept: unknown = JSON.parse(json);
        expect(kept).toEqual(structuredClone(withoutMinusZero(data)));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    [{ a: [1, { b: undefined, c: () => 1 }] }, 'a.1.c', 'a function'],
    [{ items: [1, undefined] }, 'items.1', 'undefined'],
    [{ price: NaN }, 'price', 'NaN'],
    [{ price: -Infinity }, 'price', '-Infinity'],
    [{ count: 1n }, 'count', 'a bigint: readers would round it; pass it as a string'],
    [{ id: Symbol('id') }, 'id', 'a symbol'],
    [{ by: new Map([['a', 1]]) }, 'by', 'a Map'],
    [{ tags: new Set() }, 'tags', 'a Set'],
    [{ later: Promise.resolve(1) }, 'later', 'a Promise'],
    [{ at: new Date(NaN) }, 'at', 'an invalid one'],
    [{ error: new Error('lost') }, 'error', 'a Error'],
    [JSON.parse('{"a":{"__proto__":{"admin":true}}}') as object, 'a.__proto__', 'must not be called'],
    [{ list: [{ constructor: 1 }] }, 'list.0.constructor', 'must not be called'],
    [{ prototype: 1 }, 'prototype', 'must not be called'],
  ])('%o is refused, and %s is named', (data, path, got) => {
    const error = refusal(data);
    expect(error).toMatchObject({ path, eventType: 'note_taken' });
    expect(error.message).toContain(got);
    expect(error.message).toMatch(/^note_taken cannot be published: /);
  });

  it('may hold what is optional and absent, dates, and instances of classes', () => {
    class Money {
      constructor(readonly amount: number) {}
    }
    const at = new Date(0);
    const json = checkedJson('note_taken', { a: undefined, at, price: new Money(3) }, LIMITS);
    expect(JSON.parse(json)).toEqual({ at: at.toISOString(), price: { amount: 3 } });
  });

  it('is refused beyond the depth that it may have, circles too', () => {
    expect(checkedJson('note_taken', nested(10), LIMITS)).toHaveLength(JSON.stringify(nested(10)).length);
    expect(refusal(nested(11))).toMatchObject({ path: 'a.a.a.a.a.a.a.a.a.a' });
    expect(refusal(nested(5000)).message).toContain('at most 10 levels');
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(refusal(circle).message).toContain('is it a circle?');
  });

  it('is refused beyond the size that it may have, counted in bytes', () => {
    const longest = LIMITS.maxBytes - '{"a":""}'.length;
    checkedJson('note_taken', { a: 'x'.repeat(longest) }, LIMITS);
    expect(refusal({ a: 'x'.repeat(longest + 1) }).message).toContain('at most 1000 bytes');
    checkedJson('note_taken', { a: '€'.repeat(Math.floor(longest / 3)) }, LIMITS);
    expect(refusal({ a: '€'.repeat(Math.floor(longest / 3) + 1) })).toBeInstanceOf(EventPayloadError);
    expect(refusal({ a: { b: 'x'.repeat(LIMITS.maxBytes + 1) } })).toMatchObject({ path: 'a.b' });
    expect(refusal({ a: Array.from({ length: LIMITS.maxBytes }, () => 1) })).toMatchObject({ path: '' });
  });

  it('is refused beyond the properties and the items that it may have, all of its objects and arrays together', () => {
    const limits = { ...LIMITS, maxProperties: 4, maxItems: 3 };
    const check = (data: object) => checkedJson('note_taken', data, limits);
    check({ a: [1, [2]], b: {}, c: { d: undefined, e: 1 } });
    expect(() => check({ a: [1, [2, 3]] })).toThrow(
      'expected at most 3 items of all arrays together (producer.maxItems), got more',
    );
    expect(() => check({ a: { b: { c: {} } }, d: [{ e: 1 }] })).toThrow(
      'expected at most 4 properties of all objects together (producer.maxProperties), got more',
    );
    // Readers count a property that stands there twice, too.
    expect(() => payloadOfJson('note_taken', '{"a":1,"a":1,"a":1,"a":1,"a":1}', limits)).toThrow(
      'producer.maxProperties',
    );
    expect(() => payloadOfJson('note_taken', '{"a":[1,2,3,4]}', limits)).toThrow('producer.maxItems');
  });
});

function withoutMinusZero(value: unknown): unknown {
  if (Object.is(value, -0)) return 0;
  if (Array.isArray(value)) return value.map(withoutMinusZero);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, withoutMinusZero(child)]));
}
