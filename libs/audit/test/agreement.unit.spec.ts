import {
  InventoryUpdated,
  OrderPlaced,
  PaymentProcessed,
  ShipmentCreated,
  STREAMS,
  type StreamName,
} from '@shop/contracts';
import fc from 'fast-check';
import { domainEventOf, type EventClass } from 'nestjs-event-streams';
import { eventForHandlers, validateSealed } from 'nestjs-event-streams/internal';
import { describe, expect, it } from 'vitest';
import { RecordsBuilder } from '../src/events/records-builder.js';
import { readDeadLetter } from '../src/dead-letter.js';
import { TestShop } from './test-shop.js';

/** The number of entries for each stream. `AUDIT_RUNS=100000` tries more. */
const numRuns = Number(process.env['AUDIT_RUNS'] ?? 1000);

const CLASSES: Readonly<Record<StreamName, EventClass>> = {
  orders: OrderPlaced,
  payments: PaymentProcessed,
  inventory: InventoryUpdated,
  shipments: ShipmentCreated,
};

/** Why the library, which the audit does not use, rejects an entry. */
function libraryProblem(stream: StreamName, fields: readonly string[]): string | undefined {
  const target = CLASSES[stream];
  const { type, sources } = domainEventOf(target);
  try {
    const event = eventForHandlers({ fields: [...fields] });
    if (event.event_type !== type || event.version.split('.')[0] !== '1') return 'another type';
    if (sources?.includes(event.source) !== true) return 'another source';
    validateSealed(target, event.data);
    return undefined;
  } catch (error) {
    return String(error);
  }
}

function auditProblem(stream: StreamName, fields: readonly string[]): string | undefined {
  // With a dead letter: without one, an update with a level below 0 would count as valid, because law 5 reports it.
  const deadLetter = readDeadLetter(stream, '2-0', ['entry_id', '1-0'], new Set());
  const builder = new RecordsBuilder(new Set(), [deadLetter]);
  builder.add(stream, '1-0', fields);
  return builder.records.rejected[0]?.why;
}

const ITEMS = [
  { sku: 'MUG-0001', quantity: 2 },
  { sku: 'LMP-0007', quantity: 1 },
];

/** One entry of each kind that the shop publishes. */
function entriesOf(stream: StreamName): string[][] {
  const shop = new TestShop();
  for (const { sku } of ITEMS) shop.restock(sku, 5);
  shop.completeOrder(ITEMS);
  shop.declinedOrder(ITEMS);
  return shop.streams[stream].map(({ fields }) => fields);
}

const sealed = { $personal: 1, subject: 'ada', key: 1, sealed: 'A'.repeat(40) };

/** Values that replace others. */
const value = fc.oneof(
  { arbitrary: fc.jsonValue({ maxDepth: 2 }), weight: 2 },
  {
    arbitrary: fc.constantFrom<unknown>(
      ...[
        null,
        '',
        ' ',
        0,
        -1,
        0.5,
        1e15,
        2 ** 53,
        1001,
        [],
        {},
        [{}],
        [[]],
        'eur',
        'EUR',
        'EURO',
        'at',
        'ZZ',
        'sale',
        'restock',
      ],
      ...[
        'declined',
        'card',
        'a@b',
        'ada@example.com',
        'x'.repeat(201),
        '👋🏽'.repeat(60),
        '2026-02-30T00:00:00Z',
        '2026-11-25',
      ],
      ...[
        '00000000-0000-0000-0000-000000000000',
        '7c9e6679-7425-40de-944b-e07fc1f90ae7',
        { toString: 1 },
        { valueOf: [] },
      ],
      ...[
        sealed,
        { ...sealed, key: 'x' },
        { ...sealed, sealed: 'A' },
        { $personal: 1, erased: true },
        { $personal: 2, erased: true },
      ],
    ),
    weight: 5,
  },
);
const name = fc.constantFrom(
  'extra',
  'constructor',
  'prototype',
  'toString',
  'order_id',
  'decline_reason',
  '$personal',
);

/** Replaces, adds or removes something anywhere in a payload. */
function changed(payload: object, steps: readonly number[], key: string, by: unknown): object {
  const copy = structuredClone(payload);
  let place = copy as Record<string, unknown>;
  for (const step of steps) {
    const keys = [...Object.keys(place), key];
    const at = keys[step % keys.length] ?? key;
    const inner = place[at];
    if (typeof inner === 'object' && inner !== null && step % 3 !== 0) place = inner as Record<string, unknown>;
    else if (step % 7 === 0) Reflect.deleteProperty(place, at);
    else place[at] = structuredClone(by);
  }
  return copy;
}

/** Replaces, adds, repeats or removes a field of an entry. */
function withField(fields: readonly string[], at: number, how: string, by: string): string[] {
  const place = 2 * (at % (fields.length / 2));
  const pair = fields.slice(place, place + 2);
  if (how === 'replace') return fields.toSpliced(place + 1, 1, by);
  if (how === 'remove') return fields.toSpliced(place, 2);
  return how === 'repeat' ? [...fields, ...pair] : [...fields, by, by];
}

describe.each([...STREAMS])(
  'the audit and the library, which share no code, accept the same entries of %s:',
  (stream) => {
    const originals = entriesOf(stream);
    const agree = (fields: readonly string[]): void => {
      const [audit, library] = [auditProblem(stream, fields), libraryProblem(stream, fields)];
      // Both problems are in the message, so that a difference can be explained.
      if ((audit === undefined) !== (library === undefined))
        expect({ audit, fields }).toEqual({ audit: library, fields });
    };

    it('with any change of the payload', () => {
      const steps = fc.array(fc.nat({ max: 100 }), { maxLength: 5 });
      fc.assert(
        fc.property(fc.constantFrom(...originals), steps, name, value, (fields, where, key, by) => {
          const at = fields.indexOf('data') + 1;
          const data = changed(JSON.parse(fields[at] ?? '') as object, where, key, by);
          agree(fields.with(at, JSON.stringify(data)));
        }),
        { numRuns },
      );
    });

    it("with any change of the payload's text", () => {
      const more = fc.constantFrom(
        ...[
          '"a":9007199254740991',
          '"a":9007199254740992',
          '"a":-9007199254740993',
          '"a":12345678901234567.5',
          '"a":1e300',
        ],
        ...[
          '"a":1e400',
          '"a":-1e999',
          '"a":"9007199254740993"',
          '"a":"\\"9007199254740993"',
          '"__proto__":{}',
          '"a":{"prototype":1}',
        ],
        ...['"\\u005f_proto__":1', '"a":[{"hasOwnProperty":1}]', '"a":1,"a":2', '"order_id":1', '', 'x', '"a":\t[ ]\n'],
        ...[98, 99, 100, 200].flatMap((levels) => [
          `"a":${'['.repeat(levels)}${']'.repeat(levels)}`,
          `"a":${'{"a":'.repeat(levels)}1${'}'.repeat(levels)},"a":1`,
        ]),
        ...[9000, 10_000, 10_001].flatMap((many) => [
          `"a":[${Array.from({ length: many }, () => 0).join()}]`,
          `"a":{${Array.from({ length: many }, (_, index) => `"k${String(index)}":1`).join()}}`,
          `"a":{${Array.from({ length: many }, () => '"k":1').join()}}`,
        ]),
        ...[2 ** 20 - 1000, 2 ** 20].map((bytes) => `"a":"${'x'.repeat(bytes)}"`),
      );
      fc.assert(
        fc.property(fc.constantFrom(...originals), more, fc.boolean(), (fields, added, isFirst) => {
          const at = fields.indexOf('data') + 1;
          const [json = '', comma] = [fields[at], added === '' ? '' : ','];
          agree(
            fields.with(
              at,
              isFirst ? json.replace('{', `{${added}${comma}`) : json.replace(/\}$/, `${comma}${added}}`),
            ),
          );
        }),
        { numRuns: Math.min(numRuns, 300) },
      );
    });

    it('with any change of the envelope', () => {
      const by = fc.oneof(
        fc.constantFrom('', ' ', 'x', '1.7', '2.0', '1', '٠', 'é', 'order_placed', 'order_service', 'a b', 'x'.repeat(256), 'x'.repeat(257), 'x'.repeat(4096), 'x'.repeat(4097), 'x'.repeat(2 ** 19 + 1), 'é'.repeat(2 ** 18), '{}', '[]', 'null'), // prettier-ignore
        fc.string({ maxLength: 5 }),
      );
      const how = fc.constantFrom('replace', 'remove', 'repeat', 'add');
      fc.assert(
        fc.property(fc.constantFrom(...originals), fc.nat({ max: 20 }), how, by, (fields, at, kind, text) => {
          agree(withField(fields, at, kind, text));
        }),
        { numRuns },
      );
    });
  },
);
