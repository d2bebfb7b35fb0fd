import fc from 'fast-check';

/** A class that payloads are no instances of. */
class Stranger {
  a = 1;
  get b() {
    return this.a;
  }
}

class SubArray extends Array<unknown> {}

const throwing = () =>
  Object.defineProperty({ b: 1 }, 'a', {
    enumerable: true,
    get: () => {
      throw new RangeError('a getter threw');
    },
  });

const hidden = () => Object.defineProperty({ b: 1 }, 'a', { value: 'text', enumerable: false });

/** What no JSON gives, but a publisher may. */
const HOSTILE: readonly (() => unknown)[] = [
  () => Object.create(null) as unknown,
  () => Object.assign(Object.create(null) as object, { a: 1 }),
  () => Object.create({ a: 1, b: 'inherited' }) as unknown,
  throwing,
  hidden,
  () => new Proxy({ a: 1, b: 'text' }, {}),
  () => new Proxy([1, 2], {}),
  () => JSON.parse('{"__proto__":{"a":1},"a":"text"}') as unknown,
  () => JSON.parse('{"constructor":1,"a":"text"}') as unknown,
  () => JSON.parse('{"toString":"x","hasOwnProperty":1,"valueOf":null}') as unknown,
  () => ({ then: 1, a: 2 }),
  () => ({ a: 2, then: () => undefined }),
  () => ({ length: 2, 0: 'a', 1: 'b' }),
  () => new Stranger(),
  () => new Date(0),
  () => new Date(NaN),
  () => new Map([['a', 1]]),
  () => new Set(['a', 1]),
  () => new Set([{ a: 1 }]),
  () => SubArray.from([1, 'a']),
  // With a hole.
  () => [1, , 'a'],
  () => new Array<unknown>(3),
  () => [undefined, null],
  () => [[{ a: 1 }], []],
  () => Buffer.from('text'),
  () => new Uint8Array(2),
  () => new String('text'),
  () => new Number(1),
  () => new Boolean(false),
  () => 10n,
  () => Symbol('s'),
  () => () => 1,
  () => /x/,
  () => Object.freeze({ a: 1 }),
  () => ({ toString: () => 'text', valueOf: () => 1 }),
  // No deeper: class-validator's way through it doubles with each level when a property has @ValidateNested twice.
  () => JSON.parse(`${'['.repeat(8)}1${']'.repeat(8)}`) as unknown,
  () => JSON.parse(`${'{"a":'.repeat(200)}1${'}'.repeat(200)}`) as unknown,
  () => '\ud800',
  () => 'a\udc00b\ufe0f',
  () => -0,
  () => NaN,
  () => Infinity,
  () => 2 ** 53,
  () => 1e21,
  () => 5e-324,
];

/** Any value, hostile ones included. */
export const anything: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...HOSTILE).map((make) => make()),
  fc.constantFrom<unknown>(undefined, null, true, false, '', 0, 1, -1, 1.5, 'text', [], {}),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.double(),
  fc.integer({ min: -4, max: 12 }),
  fc.jsonValue({ maxDepth: 2 }),
  fc.anything({
    withDate: true,
    withMap: true,
    withSet: true,
    withNullPrototype: true,
    maxDepth: 2,
  }),
);

/** A text with one character more, less or other than it should have. */
export function nearly(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const character = fc.oneof(
    fc.constantFrom(...Array.from('-+_.@:TZz09aAgG "\n\u00e9\ufe0f\u017f\u212a'), '\ud83d'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  );
  const edited = fc
    .tuple(text, fc.nat(), fc.nat({ max: 1 }), fc.oneof(fc.constant(''), character))
    .map(([right, place, removed, added]) => {
      const at = place % (right.length + 1);
      return right.slice(0, at) + added + right.slice(at + removed);
    });
  return fc.oneof(
    text,
    edited,
    text.map((right) => right.toUpperCase()),
    text.map((right) => right.toLowerCase()),
  );
}
