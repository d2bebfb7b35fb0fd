import { inspect, isDeepStrictEqual } from 'node:util';
import { Exclude, Expose, plainToInstance, Transform, Type } from 'class-transformer';
import {
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  validateSync,
  ValidateNested,
  type ValidationOptions,
} from 'class-validator';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { DomainEvent } from '../src/model/domain-event.js';
import { DEFAULT_PAYLOAD_LIMITS } from '../src/model/payload-limits.js';
import { ConfigurationError } from '../src/model/errors/configuration.js';
import { EventValidationError, type EventProblem } from '../src/model/errors/event.js';
import { EventPayloadError } from '../src/model/errors/publishing.js';
import { sendablePayload } from '../src/publish/payload.js';
import { readBack } from '../src/publish/read-back.js';
import { compiler, instanceIfValid } from '../src/validate/compile.js';
import { generate, Scope } from '../src/validate/generate.js';
import { INLINE_CHECKS } from '../src/validate/inline-checks.js';
import { flatten, validate, validateCompiled } from '../src/validate/validate.js';
import { hidingMethod } from '../src/validate/withheld.js';
import { classCase, forgetClasses, keepClasses, type Class } from './validation/classes.js';
import { INLINED, type Decorate } from './validation/decorators.js';
import { anything } from './validation/values.js';

/** Classes to try, each with several payloads. More by hand, such as `VALIDATION_RUNS=50000`. */
const numRuns = Number(process.env['VALIDATION_RUNS'] ?? 500);

const LIMITS = { ...DEFAULT_PAYLOAD_LIMITS, maxDepth: 300 };

const interpreted = compiler(() => undefined);

const dropped = (path: string): string =>
  `${path} has the name of a method: class-transformer leaves it out, call it otherwise`;

type Verdict = { instance: object } | { problems: readonly EventProblem[] } | { thrown: string };

/** What class-transformer and class-validator make of a payload. */
function reference(target: Class, data: object): Verdict {
  return verdict(() => {
    const instance = plainToInstance(target, data);
    const errors = validateSync(instance, { forbidUnknownValues: true });
    if (errors.length > 0) throw new EventValidationError('sample', flatten(errors));
    // What class-transformer drops without a word is not valid either.
    const path = hidingMethod(data, instance);
    if (path !== undefined) throw new EventValidationError('sample', [{ path, message: dropped(path) }]);
    return instance;
  });
}

function verdict(instance: () => object): Verdict {
  try {
    return { instance: instance() };
  } catch (error) {
    if (error instanceof EventPayloadError) throw error;
    if (!(error instanceof EventValidationError)) return { thrown: String(error) };
    // What user code threw is the cause of the error that says where.
    return Object.hasOwn(error, 'cause') ? { thrown: String(error.cause) } : { problems: error.problems };
  }
}

/** Tries payloads on a class: compiled in both ways, and by the library's door. */
function compare(target: Class, payloads: readonly object[]): void {
  const compiled = [instanceIfValid(target), interpreted(target)];
  DomainEvent({ type: 'sample', version: '1.0', stream: 'samples' })(target);
  for (const data of payloads) {
    const expected = reference(target, data);
    assertSame(
      verdict(() => validate(target, data)),
      expected,
    );
    for (const accept of compiled) {
      const instance = accept(data);
      if (instance !== undefined) assertSame({ instance }, expected);
    }
  }
}

/** @returns whether there was something to decide: the payload is one that JSON carries */
function comparePublished(target: Class, data: object): boolean {
  let sent: object;
  try {
    sent = sendablePayload('sample', data, LIMITS, target);
  } catch (error) {
    if (error instanceof EventPayloadError) return false;
    throw error;
  }
  const json = JSON.stringify(data);
  const expected = reference(target, JSON.parse(json) as object);
  let got: Verdict;
  try {
    got = verdict(() => validateCompiled(target, sent) ?? readBack(target, sent, LIMITS));
  } catch (error) {
    // Readers would take it, but not get all of it.
    expect(error).toBeInstanceOf(EventPayloadError);
    expect(expected).toHaveProperty('instance');
    return true;
  }
  assertSame(got, expected);
  expect(JSON.stringify(sent)).toBe(json);
  return true;
}

function assertSame(got: Verdict, expected: Verdict): void {
  if (isSame(got, expected)) return;
  const [a, b] = [got, expected].map((one) => inspect(one, { depth: 9, showHidden: true }));
  throw new Error(`Expected ${String(b)}, got ${String(a)}`);
}

/** Equal, prototypes and the order of the keys included. */
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  if (a instanceof Set || a instanceof Map) return isSame([...a], [...(b as Iterable<unknown>)]);
  const keys = Reflect.ownKeys(a);
  return (
    isDeepStrictEqual(keys, Reflect.ownKeys(b)) && keys.every((key) => isSame(Reflect.get(a, key), Reflect.get(b, key)))
  );
}

/** A class with one property. */
function decorated(decorate: Decorate, options: ValidationOptions): Class {
  class Sample {
    value: unknown;
  }
  decorate(options)(Sample.prototype, 'value');
  return Sample;
}

beforeAll(keepClasses);
afterEach(() => {
  forgetClasses();
  vi.unstubAllGlobals();
});

describe('compiled validation', () => {
  it('gives what class-transformer and class-validator give, whatever the class and the payload', () => {
    const cases = classCase(2).chain(({ make, payloads }) =>
      fc.tuple(fc.constant(make), fc.array(payloads, { minLength: 1, maxLength: 8 })),
    );
    fc.assert(
      fc.property(cases, ([make, payloads]) => {
        compare(make(), payloads);
        forgetClasses();
      }),
      { numRuns },
    );
  });

  it('decides what is published as both libraries decide what a reader gets, in 10,000 cases', () => {
    const cases = classCase(2).chain(({ make, payloads }) =>
      fc.tuple(fc.constant(make), fc.array(payloads, { minLength: 10, maxLength: 10 })),
    );
    let decided = 0;
    fc.assert(
      fc.property(cases, ([make, payloads]) => {
        const target = make();
        DomainEvent({ type: 'sample', version: '1.0', stream: 'samples' })(target);
        for (const data of payloads) decided += Number(comparePublished(target, data));
        forgetClasses();
      }),
      { numRuns: Math.max(1000, numRuns) },
    );
    expect(decided).toBeGreaterThan(1000);
  });

  it('has a test for every decorator that it writes into the code', () => {
    expect(Object.keys(INLINED)).toEqual([...INLINE_CHECKS.keys()]);
  });

  it.each(Object.entries(INLINED))('decides %s as class-validator does', (_name, { decorate, values }) => {
    const value = fc.oneof({ weight: 4, arbitrary: values }, fc.array(values, { maxLength: 4 }), anything);
    const payloads = fc.array(fc.record({ value }), { maxLength: 20 });
    fc.assert(
      fc.property(decorate, fc.boolean(), payloads, (apply, each, data) => {
        const target = decorated(apply, { each });
        compare(target, data);
        forgetClasses();
      }),
      { numRuns: Math.ceil(numRuns / 10) },
    );
  });

  it.each(Object.entries(INLINED))('writes %s into the code', (_name, { decorate }) => {
    const sources = fc.sample(decorate, 30).map((apply) => {
      const target = decorated(apply, {});
      let text = '';
      compiler((source, scope) => {
        text += source;
        return generate(source, scope);
      })(target);
      return text;
    });
    expect(sources.some((text) => text.includes(') || $'))).toBe(true);
  });
});

class Leaf {
  @IsUUID()
  id!: string;
}

class Tree {
  @IsString()
  name!: string;

  @IsOptional()
  @ValidateNested({ each: true })
  @Type(() => Tree)
  branches?: Tree[];

  @IsOptional()
  @ValidateNested()
  @Type(() => Leaf)
  leaf?: Leaf;

  get size(): number {
    return 1 + (this.branches ?? []).reduce((sum, branch) => sum + branch.size, 0);
  }
}

describe('a compiled class', () => {
  const id = '3f2b7c1e-6d52-4a7e-9f59-d0f2f0f6f1aa';

  it('may contain itself', () => {
    const data = { name: 'a', branches: [{ name: 'b', branches: [{ name: 'c' }] }], leaf: { id } };
    const tree = instanceIfValid(Tree)(data);
    expect(tree?.size).toBe(3);
    expect(tree?.leaf).toBeInstanceOf(Leaf);
    expect(instanceIfValid(Tree)({ name: 'a', branches: [{ name: 1 }] })).toBeUndefined();
  });

  it('keeps what it does not know, and gives nothing of the payload away', () => {
    const data = { name: 'a', leaf: Object.assign(new Leaf(), { id }), more: { deep: [{ x: 1 }] } };
    const before = structuredClone(data);
    const tree = instanceIfValid(Tree)(data) as (Tree & typeof data) | undefined;
    expect(tree).toMatchObject(data);
    tree?.more.deep.push({ x: 2 });
    if (tree) tree.leaf.id = '';
    expect(data).toEqual(before);
  });

  it.each<[string, (target: Class) => void]>([
    [
      '@Transform',
      (target) => {
        Transform(({ value }) => value as unknown)(target.prototype as object, 'a');
      },
    ],
    [
      '@Expose',
      (target) => {
        Expose({ name: 'b' })(target.prototype as object, 'a');
      },
    ],
    [
      '@Exclude',
      (target) => {
        Exclude()(target.prototype as object, 'b');
      },
    ],
    [
      'a @Type that looks at the payload',
      (target) => {
        Type((options) => (options ? Leaf : Tree))(target.prototype as object, 'b');
      },
    ],
    [
      'a discriminator',
      (target) => {
        const discriminator = { property: 'kind', subTypes: [{ value: Leaf, name: 'leaf' }] };
        Type(() => Leaf, { discriminator })(target.prototype as object, 'b');
      },
    ],
  ])('is left to class-transformer when it has %s', (_name, decorate) => {
    class Sample {
      @IsInt()
      a!: number;
    }
    expect(instanceIfValid(Sample)({ a: 1 })).toBeDefined();
    class Special extends Sample {}
    decorate(Special);
    expect(instanceIfValid(Special)({ a: 1 })).toBeUndefined();
    compare(Special, [{ a: 1 }, { a: 'x' }, { b: 1 }]);
  });

  it('needs no code generation', () => {
    const data = { name: 'a', branches: [{ name: 'b' }], leaf: { id } };
    expect(interpreted(Tree)(data)).toEqual(instanceIfValid(Tree)(data));
    vi.stubGlobal('Function', function forbidden() {
      throw new EvalError('Code generation from strings disallowed for this context');
    });
    expect(generate('() => 1', new Scope())).toBeUndefined();
  });

  it('has to be an event', () => {
    expect(() => validate(Tree, { name: 'a' })).toThrow(ConfigurationError);
  });

  it('leaves what is nested deeper than the stack to class-validator', () => {
    const deep = JSON.parse(`${'{"name":"a","branches":['.repeat(50_000)}${']}'.repeat(50_000)}`) as object;
    expect(instanceIfValid(Tree)(deep)).toBeUndefined();
  });
});
