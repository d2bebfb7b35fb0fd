import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replyDigest } from '../src/transaction/reply-digest.js';

const value = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant(null));
const replies = fc.oneof(value, fc.array(value), fc.nat());
/** As the flat reply of HGETALL. */
const hashes = fc.dictionary(fc.string(), fc.string(), { maxKeys: 8 }).map((fields) => Object.entries(fields));

describe('replyDigest', () => {
  it('is equal exactly when the replies are', () => {
    fc.assert(
      fc.property(replies, replies, (one, other) => {
        const equal = JSON.stringify(one) === JSON.stringify(other);
        expect(replyDigest('LRANGE', one) === replyDigest('LRANGE', other)).toBe(equal);
      }),
    );
  });

  it('tells an empty string, no value, an empty list and a list of nothing apart', () => {
    const all = [null, '', [], [null], [''], '-', ['-'], ['', '']].map((reply) => replyDigest('LRANGE', reply));
    expect(new Set(all).size).toBe(all.length);
  });

  it('tells where one item ends and the next begins', () => {
    expect(replyDigest('LRANGE', ['ab', 'c'])).not.toBe(replyDigest('LRANGE', ['a', 'bc']));
    expect(replyDigest('LRANGE', ['$1:a'])).not.toBe(replyDigest('LRANGE', ['', 'a']));
  });

  it('is the same of text and of its bytes, and tells bytes apart that are no text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(replyDigest('HMGET', [Buffer.from(text), null])).toBe(replyDigest('HMGET', [text, null]));
      }),
    );
    const some = [[0xff], [0xfe], [0xef, 0xbf, 0xbd]].map((bytes) => replyDigest('GET', Buffer.from(bytes)));
    expect(new Set(some).size).toBe(3);
  });

  it('does not mind the order of a hash or a set, and minds that of a list', () => {
    fc.assert(
      fc.property(hashes, (fields) => {
        const back = [...fields].reverse();
        expect(replyDigest('HGETALL', fields.flat())).toBe(replyDigest('HGETALL', back.flat()));
      }),
    );
    expect(replyDigest('SMEMBERS', ['a', 'b'])).toBe(replyDigest('SMEMBERS', ['b', 'a']));
    expect(replyDigest('LRANGE', ['a', 'b'])).not.toBe(replyDigest('LRANGE', ['b', 'a']));
  });

  it("does not take one field's value for another's", () => {
    expect(replyDigest('HGETALL', ['a', '1', 'b', '2'])).not.toBe(replyDigest('HGETALL', ['a', '2', 'b', '1']));
    expect(replyDigest('HGETALL', ['a', 'b', 'c', 'd'])).not.toBe(replyDigest('HGETALL', ['a', 'c', 'b', 'd']));
  });
});
