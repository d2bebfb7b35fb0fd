import { createRequire } from 'node:module';
import 'reflect-metadata';
import { Exclude, Expose, Transform, Type } from 'class-transformer';
import { getMetadataStorage, useContainer, ValidateNested } from 'class-validator';
import fc from 'fast-check';
import { propertyCase } from './decorators.js';
import { anything } from './values.js';

export type Class = new () => object;

/** A class that is made of decorators chosen at random, and payloads for it. */
export interface ClassCase {
  make: () => Class;
  payloads: fc.Arbitrary<object>;
}

interface Property {
  name: string;
  apply: (target: Class) => void;
  values: fc.Arbitrary<unknown>;
}

/** class-validator's own container looks through all validators that it ever made: too slow for so many classes. */
const instances = new WeakMap<object, unknown>();
useContainer({
  get: (target: new () => unknown) => {
    const instance = instances.get(target) ?? new target();
    instances.set(target, instance);
    return instance as never;
  },
});

const names = fc.oneof(
  { weight: 60, arbitrary: fc.constantFrom('a', 'b', 'c', 'd') },
  { weight: 2, arbitrary: fc.constantFrom('0', `it's "quoted"\n`, 'then', 'length') },
  { weight: 1, arbitrary: fc.constantFrom('toString', 'method', 'accessor', 'constructor') },
);

// Not Array: class-transformer gives one the length that a payload names, and class-validator visits every hole of it.
const conversions = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom<unknown>(String, Number, Boolean, Date) },
  fc.constantFrom<unknown>(Object, Buffer, undefined),
);
/** What the compiler tells of a property's type. */
const declared = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom<unknown>(undefined, Array, Object) },
  fc.constantFrom<unknown>(Set, Map, Date),
);

function property(depth: number): fc.Arbitrary<Property> {
  const plain = fc.tuple(names, propertyCase).map(([name, { decorators, values }]): Property => ({
    name,
    values,
    apply: (target) => {
      for (const decorate of decorators) decorate(target.prototype as object, name);
    },
  }));
  const converted = fc.tuple(plain, conversions, declared).map(([inner, type, reflected]): Property => ({
    ...inner,
    values: fc.oneof(inner.values, fc.constantFrom<unknown>('1', '', 0, '2020-01-01', ['1', null, [2]])),
    apply: (target) => {
      inner.apply(target);
      declare(target, inner.name, reflected, () => type);
    },
  }));
  if (depth === 0) return fc.oneof({ weight: 9, arbitrary: plain }, converted);
  const nested = fc
    .tuple(plain, classCase(depth - 1), declared, fc.nat({ max: 9 }))
    .map(([inner, part, reflected, kind]): Property => ({
      name: inner.name,
      values: fc.oneof(
        { weight: 5, arbitrary: part.payloads },
        { weight: 5, arbitrary: fc.array(part.payloads, { maxLength: 3 }) },
        fc.array(fc.oneof(part.payloads, anything), { maxLength: 2 }),
        fc.array(fc.array(part.payloads, { maxLength: 2 }), { maxLength: 2 }),
        anything,
      ),
      apply: (target) => {
        if (kind % 3 === 0) inner.apply(target);
        const type = part.make();
        if (kind !== 1) ValidateNested({ each: kind % 2 === 0 })(target.prototype as object, inner.name);
        if (kind !== 2) declare(target, inner.name, reflected, kind === 3 ? (looked) => looked && type : () => type);
      },
    }));
  return fc.oneof({ weight: 6, arbitrary: plain }, converted, { weight: 4, arbitrary: nested });
}

function declare(target: Class, name: string, reflected: unknown, type: (options: unknown) => unknown): void {
  if (reflected !== undefined) Reflect.defineMetadata('design:type', reflected, target.prototype as object, name);
  Type(type as () => new () => unknown)(target.prototype as object, name);
}

/** What makes class-transformer do more than copy. */
const transforms: fc.Arbitrary<((target: Class) => void) | undefined> = fc.oneof(
  { weight: 30, arbitrary: fc.constant(undefined) },
  fc.constantFrom(
    (target: Class) => {
      Transform(({ value }: { value: unknown }) => (value === undefined ? 'a' : value))(
        target.prototype as object,
        'a',
      );
    },
    (target: Class) => {
      Expose({ name: 'd' })(target.prototype as object, 'a');
    },
    (target: Class) => {
      Exclude()(target.prototype as object, 'b');
    },
    (target: Class) => {
      Exclude()(target);
    },
  ),
);

const fields = fc.dictionary(
  fc.constantFrom('a', 'b', 'd', 'own'),
  fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, anything),
  { maxKeys: 3 },
);

/** @param depth of classes within classes */
export function classCase(depth: number): fc.Arbitrary<ClassCase> {
  const parents = depth === 0 ? fc.constant(undefined) : fc.option(classCase(0), { freq: 3, nil: undefined });
  return fc
    .tuple(fc.array(property(depth), { minLength: 1, maxLength: 4 }), parents, fields, transforms)
    .map(([properties, parent, defaults, transform]) => ({
      make: () => {
        const made = withFields(parent ? parent.make() : undefined, defaults);
        for (const { apply } of properties) apply(made);
        transform?.(made);
        return made;
      },
      payloads: payloadsOf(properties, parent),
    }));
}

function withFields(parent: Class | undefined, defaults: Record<string, unknown>): Class {
  class Fields {
    constructor() {
      Object.assign(this, defaults);
    }
    method() {
      return 1;
    }
  }
  class Inherited extends (parent ?? Fields) {
    constructor() {
      super();
      Object.assign(this, defaults);
    }
  }
  return class Sample extends (parent ? Inherited : Fields) {
    method() {
      return 1;
    }
    get accessor() {
      return this.method();
    }
  };
}

function payloadsOf(properties: readonly Property[], parent: ClassCase | undefined): fc.Arbitrary<object> {
  const known = properties.map(({ name, values }) => fc.tuple(fc.constant(name), values));
  const extra = fc.tuple(fc.constantFrom('a', 'own', 'extra', 'method', 'accessor', 'toString', 'then'), anything);
  return fc
    .tuple(
      fc.tuple(...known),
      fc.option(extra, { freq: 4 }),
      fc.nat({ max: 12 }),
      parent ? parent.payloads : fc.constant({}),
    )
    .map(([entries, more, left, inherited]) => {
      const all: [string, unknown][] = [
        ...Object.entries(Object.getOwnPropertyDescriptors(inherited)).flatMap(
          ([name, { value }]): [string, unknown][] => (value === undefined ? [] : [[name, value]]),
        ),
        ...entries,
        ...(more ? [more] : []),
      ];
      return Object.fromEntries(all.filter((_, index) => index !== left));
    });
}

const { defaultMetadataStorage } = createRequire(import.meta.url)('class-transformer/cjs/storage.js') as {
  defaultMetadataStorage: object;
};

/** Where both libraries keep what decorators said, by class. */
const storages = [getMetadataStorage(), defaultMetadataStorage].flatMap((storage) =>
  Object.values(storage).filter((value): value is Map<unknown, unknown> => value instanceof Map),
);
let lasting = new Set<unknown>();

/** Takes note of the classes that are decorated by now. */
export function keepClasses(): void {
  lasting = new Set(storages.flatMap((storage) => [...storage.keys()]));
}

/** Forgets the classes that were decorated since: class-validator looks through all of them each time. */
export function forgetClasses(): void {
  for (const storage of storages) for (const target of storage.keys()) if (!lasting.has(target)) storage.delete(target);
}
