import 'reflect-metadata';
import { defaultMetadataStorage as storage } from 'class-transformer/cjs/storage.js';
import { schemaOf } from '../model/domain-event.js';
import { ConfigurationError } from '../model/errors/configuration.js';

type Class = new () => object;

/** Where a class has personal data. */
export interface PersonalPlan {
  /** Properties that are personal as a whole. */
  readonly own: ReadonlySet<string>;
  /** Properties whose classes have some within: a property more than once where its class depends on the value. */
  readonly nested: readonly (readonly [property: string, plan: PersonalPlan])[];
}

/** By the class's prototype: what it marks itself. */
const marks = new WeakMap<object, Set<string>>();

/**
 * Marks a field of an event class, or of a class within it (`@Type`), as personal data: with the module's option `erasure` it is
 * encrypted when it is published, with a key of its subject, whatever its type, and gone when that key is destroyed.
 *
 * @throws ConfigurationError on something else than a named property
 */
export function Personal(): PropertyDecorator {
  return (target, property) => {
    if (typeof property !== 'string' || typeof target === 'function') {
      throw new ConfigurationError('@Personal: expected a property of instances whose name is a text');
    }
    const own = marks.get(target);
    if (own) own.add(property);
    else marks.set(target, new Set([property]));
  };
}

const plans = new WeakMap<Class, PersonalPlan | null>();

/**
 * Where a class has personal data; undefined for most, which have none. Looked at once, when its first event is published or read.
 *
 * @throws ConfigurationError when `@Expose` gives such a property another name: it would not be found in a payload; when the class has
 * a `schema`, whose messages may quote what it refuses
 */
export function personalPlanOf(target: Class): PersonalPlan | undefined {
  let plan = plans.get(target);
  if (plan === undefined) {
    const found = planOf(target, new Map());
    plan = hasAny(found, new Set()) ? found : null;
    if (plan && schemaOf(target)) {
      throw new ConfigurationError(
        `@Personal on ${target.name}: expected decorators of class-validator, got a schema, whose messages may quote personal data`,
      );
    }
    plans.set(target, plan);
  }
  return plan ?? undefined;
}

function planOf(target: Class, known: Map<Class, PersonalPlan>): PersonalPlan {
  const before = known.get(target);
  if (before) return before;
  const own = new Set<string>();
  const nested: (readonly [string, PersonalPlan])[] = [];
  const plan = { own, nested };
  // A class may have others of its kind within.
  known.set(target, plan);
  for (
    let line: unknown = target;
    typeof line === 'function' && line !== Function.prototype;
    line = Object.getPrototypeOf(line)
  ) {
    for (const property of marks.get((line as Class).prototype as object) ?? []) own.add(property);
    for (const [property, { typeFunction, options }] of storage._typeMetadatas.get(line) ?? []) {
      for (const type of typesOf(typeFunction, options)) nested.push([property, planOf(type, known)]);
    }
  }
  for (const property of [...own, ...nested.filter(([, one]) => hasAny(one, new Set())).map(([name]) => name)]) {
    const name = storage.findExposeMetadata(target, property)?.options.name;
    if (name === undefined || name === property) continue;
    throw new ConfigurationError(
      `@Personal on ${target.name}: expected ${property} under its own name in payloads, got ${name} by @Expose: leave that out`,
    );
  }
  return plan;
}

/** The classes that `@Type` gives a property; one that is chosen by a function of the value must be among its subtypes. */
function typesOf(typeFunction: (() => unknown) | undefined, options: { discriminator?: unknown } | undefined): Class[] {
  const { subTypes = [] } = (options?.discriminator ?? {}) as { subTypes?: { value: unknown }[] };
  const type = typeFunction?.length === 0 ? typeFunction() : undefined;
  return [type, ...subTypes.map(({ value }) => value)].filter(
    (one): one is Class => typeof one === 'function' && one !== Object && one !== Array && one !== Date,
  );
}

function hasAny({ own, nested }: PersonalPlan, seen: Set<PersonalPlan>): boolean {
  if (own.size > 0) return true;
  return nested.some(([, plan]) => {
    if (seen.has(plan)) return false;
    seen.add(plan);
    return hasAny(plan, seen);
  });
}

/** A property that is marked, and has a value. */
export interface PersonalPlace {
  owner: Record<string, unknown>;
  property: string;
  /** Such as `['items', '0', 'note']`. */
  path: readonly string[];
}

/** The places of a payload that a plan marks, in its order. @param data plain objects and arrays, or instances */
export function personalPlaces(plan: PersonalPlan, data: object): PersonalPlace[] {
  const places: PersonalPlace[] = [];
  addPlaces(places, plan, data as Record<string, unknown>, []);
  return places;
}

function addPlaces(
  places: PersonalPlace[],
  plan: PersonalPlan,
  owner: Record<string, unknown>,
  at: readonly string[],
): void {
  for (const property of plan.own) {
    if (Object.hasOwn(owner, property) && owner[property] !== undefined) {
      places.push({ owner, property, path: [...at, property] });
    }
  }
  for (const [property, nested] of plan.nested) {
    if (Object.hasOwn(owner, property) && !plan.own.has(property)) {
      addPlacesWithin(places, nested, owner[property], [...at, property]);
    }
  }
}

function addPlacesWithin(places: PersonalPlace[], plan: PersonalPlan, value: unknown, at: readonly string[]): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) addPlacesWithin(places, plan, item, [...at, String(index)]);
  } else addPlaces(places, plan, value as Record<string, unknown>, at);
}
