import 'reflect-metadata';
import { defaultMetadataStorage as storage } from 'class-transformer/cjs/storage.js';
import { schemaOf } from '../model/domain-event.js';
import { ConfigurationError } from '../model/errors/configuration.js';

type Class = new () => object;

/** Where a class has personal data. */
export interface PersonalPlan {
  /** Properties that are personal, with all that they hold. */
  readonly own: ReadonlySet<string>;
  /** Properties whose classes have personal properties: one entry for each class that the value may have. */
  readonly nested: readonly (readonly [property: string, plan: PersonalPlan])[];
}

/** The properties that a class itself marks, by its prototype. */
const marks = new WeakMap<object, Set<string>>();

/**
 * Marks a field of an event class, or of a class within it (`@Type`), as personal data. With the module's option `erasure` the field is
 * encrypted when an event is published, with a key of its subject. Once that key is destroyed, nobody can read the field any more.
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
 * Where a class has personal data; undefined if it has none. Found once, when the first event of the class is published or read.
 *
 * @throws ConfigurationError when `@Expose` gives such a property another name, by which it would not be found in a payload; or when the
 * class has a `schema`, whose messages may quote personal data
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
  // Before the nested ones: a class may contain itself.
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

/** The classes that `@Type` gives a property. Where a function of the value chooses the class, these are the subtypes. */
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

/** A marked property that has a value. */
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
