import { Scope, type Generate } from './generate.js';
import { INLINE_CHECKS } from './inline-checks.js';
import type { Check, Constraint, Inlined, Rule } from './property-checks.js';

/** Values that are tried on a decorator before it is taken for class-validator's own. */
const SAMPLES: readonly unknown[] = [
  ...[undefined, null, true, false, -1, 0, 1, 1.5, 2 ** 53, NaN, Infinity, [], [0], ['a'], {}],
  ...['', 'a', 'some text', '1', 'EUR', 'USD', 'DE', 'US', '2026-01-31T12:00:00.000Z', '2020-02-28T00:00:00Z'],
  ...['ada@example.com', 'a.b+c@mail.example.org', 'bob@gmail.com', 'test@test.com', 'x_y@my-shop.co.uk'],
  ...[1, 4, 7].map((version) => `7c9e6679-7425-${String(version)}0de-944b-e07fc1f90ae7`),
];

/** The expression that makes most calls of the decorator's own test unnecessary; undefined where there is none. */
export function inlined(rule: Rule, constraint: Constraint, check: Check, generate: Generate): Inlined | undefined {
  const known = INLINE_CHECKS.get(constraint.name);
  if (!known || rule.validateIf !== undefined) return undefined;
  const constraints = (rule.constraints as unknown[] | undefined) ?? [];
  const scope = new Scope();
  const expression = known.expression(constraints, scope.add);
  if (expression === undefined) return undefined;
  const test = generate(`(v) => ${expression}`, scope) as ((value: unknown) => boolean) | undefined;
  if (!test || !hasMessage(constraint, constraints, known.message)) return undefined;
  const samples = [...SAMPLES, ...constraints.flat()].filter((sample) => !(rule.each && Array.isArray(sample)));
  if (!samples.every((sample) => !test(sample) || accepts(check, sample))) return undefined;

  if (!rule.each) return (use) => known.expression(constraints, use) ?? 'false';
  return (use) => `${use((value: unknown) => (Array.isArray(value) ? value.every(test) : test(value)))}(v)`;
}

/** Whether a decorator is class-validator's own: only its name is known, and another one may have the same. */
function hasMessage({ instance }: Constraint, constraints: unknown[], message: string): boolean {
  const about = { targetName: '', property: '', object: {}, value: undefined, constraints };
  return accepts(() => instance.defaultMessage?.(about).endsWith(message) === true, undefined);
}

function accepts(check: Check, sample: unknown): boolean {
  try {
    return check(sample, {});
  } catch {
    return false;
  }
}
