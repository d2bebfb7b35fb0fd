import { describe, expect, it } from 'vitest';
import { readDeadLetter } from '../src/dead-letter.js';

const ORIGINAL = ['event_id', 'the-poison', 'event_type', 'order_placed'];
const ABOUT = [
  'entry_id',
  '5-0',
  'group',
  'payment_service',
  'reason',
  'undecodable',
  'error_name',
  'EventDecodeError',
];
const MESSAGE = ['error_message', 'Expected data to be JSON'];

describe('a dead letter', () => {
  it.each([
    ['whose original has few fields', ORIGINAL.map((text, index) => (index % 2 === 0 ? `entry.${text}` : text))],
    ['whose original has many fields', ['entry_json', JSON.stringify(ORIGINAL)]],
    [
      'whose original has many fields that are not UTF-8',
      ['entry_base64', JSON.stringify(ORIGINAL.map((text) => Buffer.from(text).toString('base64')))],
    ],
  ])('%s is read completely', (_name, original) => {
    expect(readDeadLetter('orders', '9-0', [...ABOUT, ...MESSAGE, ...original], new Set(['the-poison']))).toEqual({
      id: '9-0',
      stream: 'orders',
      entryId: '5-0',
      group: 'payment_service',
      reason: 'undecodable',
      errorName: 'EventDecodeError',
      errorMessage: 'Expected data to be JSON',
      eventId: 'the-poison',
      isInjected: true,
    });
  });

  it('with other fields has empty values', () => {
    const read = readDeadLetter('orders', '9-0', ['hello', 'world'], new Set(['']));
    expect(read).toMatchObject({ entryId: '', group: '', reason: '', eventId: '' });
  });
});
