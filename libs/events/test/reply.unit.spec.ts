import { asFields, asNumber, asText, asTextOrNull, asTexts, UnexpectedReplyError } from 'nestjs-event-streams';
import { describe, expect, it } from 'vitest';
import { asBytes, asList } from '../src/connection/reply.js';
import { groupsOf, pendingOf } from '../src/stream/questions/group-questions.js';
import { NOW } from '../src/stream/questions/server-questions.js';
import { asRawEntry } from '../src/stream/entries/raw-entry.js';

const SECRET = 'what somebody has written';

describe('a reply', () => {
  it.each<[what: string, read: (reply: unknown) => unknown, reply: unknown, got: string]>([
    ['a number', (reply) => asNumber(reply, 'XLEN'), SECRET, 'a text'],
    ['a number', (reply) => asNumber(reply, 'XLEN'), null, 'null'],
    ['a text', (reply) => asText(reply, 'XLEN'), 1, 'a number'],
    ['a text or null', (reply) => asTextOrNull(reply, 'XLEN'), Buffer.from(SECRET), 'bytes'],
    ['a text', (reply) => asTexts(reply, 'XLEN'), [SECRET, null], 'null'],
    ['a text', (reply) => asFields(reply, 'XLEN'), ['field', 1], 'a number'],
    ['a list', (reply) => asList(reply, 'XLEN'), SECRET, 'a text'],
    ['bytes', (reply) => asBytes(reply, 'XLEN'), SECRET, 'a text'],
    ['bytes', (reply) => asRawEntry(reply, 'XLEN'), [Buffer.from('1-0'), ['field', SECRET]], 'a text'],
    ['a list', (reply) => asRawEntry(reply, 'XLEN'), [Buffer.from('1-0')], 'nothing'],
  ])('that is not %s is an error that says so, and not what it was', (expected, read, reply, got) => {
    const error = refusalOf(() => read(reply));
    expect(error).toBeInstanceOf(UnexpectedReplyError);
    expect(error).toMatchObject({ name: 'UnexpectedReplyError', command: 'XLEN', expected, got });
    expect((error as Error).message).toContain(`Expected ${expected} in Redis' reply to XLEN, got ${got}`);
    expect((error as Error).message).not.toContain(SECRET);
  });

  it('that is an error of Redis is thrown as it is', () => {
    const error = new Error('NOPERM');
    expect(refusalOf(() => asText(error, 'GET'))).toBe(error);
  });

  it('that is as it should be is what it was', () => {
    expect(asFields(['a', '1', 'b', '2'], 'HGETALL')).toEqual({ a: '1', b: '2' });
    expect(asTextOrNull(null, 'GET')).toBeNull();
    expect(asRawEntry([Buffer.from('1-0'), null], 'XRANGE')).toEqual([Buffer.from('1-0'), null]);
  });

  it.each([
    ['the groups of a stream', groupsOf('orders'), ['orders']],
    ['a pending list', pendingOf('orders', 'group'), [1, '1-0', '1-0', [1]]],
    ['the time', NOW, ['1', 2]],
  ])('to a question for %s is checked as well', (_, question, reply) => {
    expect(refusalOf(() => question.read(reply))).toBeInstanceOf(UnexpectedReplyError);
  });
});

function refusalOf(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return error;
  }
}
