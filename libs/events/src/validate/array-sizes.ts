import { defaultMetadataStorage as storage } from 'class-transformer/cjs/storage.js';
import { getMetadataStorage, validateSync } from 'class-validator';
import { groupBy } from '../collections/group-by.js';
import type { EventProblem } from '../model/errors/event.js';
import { isClass, lineOf, type Class } from './plain-class.js';
import { type Constraint, type Rule } from './property-checks.js';

const ARRAY_MAX_SIZE = 'arrayMaxSize';
/** class-validator's own message. A decorator of the same name that is not class-validator's has another one. */
const MESSAGE = '$property must contain no more than $constraint1 elements';

/** class-transformer's number for this direction. */
const PLAIN_TO_CLASS = 0;

/** The properties of a class that are looked at before instances are made. */
interface Sizes {
  /** By property, what `@ArrayMaxSize` allows. */
  most: ReadonlyMap<string, number>;
  /** By property, the class whose `@ArrayMaxSize` hold within it. */
  nested: ReadonlyMap<string, Class>;
}

/** Up to so many items, all other problems are told, too. */
const A_FEW = 20;

const NOTHING: Sizes = { most: new Map(), nested: new Map() };
const known = new WeakMap<Class, Sizes>();

/** The limits of `@ArrayMaxSize` on a class's properties, where no other decorator decides whether they apply. */
export function mostItems(target: Class): ReadonlyMap<string, number> {
  return sizesOf(target).most;
}

/**
 * Looks for arrays that are longer than `@ArrayMaxSize` allows, before their items are made instances and checked: a payload may have
 * almost as many items as bytes.
 *
 * @returns class-validator's message about the first one; undefined where there is none
 */
export function problemOfSize(target: Class, data: object): EventProblem | undefined {
  const found = search(target, data, []);
  return found && problemOf(found);
}

interface TooLong {
  owner: Class;
  property: string;
  most: number;
  /** The path of the object that has the property. */
  at: readonly (string | number)[];
}

function search(target: Class, data: object, at: readonly (string | number)[]): TooLong | undefined {
  const { most, nested } = sizesOf(target);
  for (const [property, limit] of most) {
    const value = (data as Record<string, unknown>)[property];
    if (Array.isArray(value) && value.length > Math.max(limit, A_FEW))
      return { owner: target, property, most: limit, at };
  }
  for (const [property, type] of nested) {
    const found = searchValue(type, (data as Record<string, unknown>)[property], [...at, property]);
    if (found) return found;
  }
  return undefined;
}

function searchValue(type: Class, value: unknown, at: readonly (string | number)[]): TooLong | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!Array.isArray(value)) return search(type, value, at);
  // No array within the items can be too long.
  if (isWithoutSizes(type)) return undefined;
  for (const [index, item] of value.entries()) {
    const found = searchValue(type, item, [...at, index]);
    if (found) return found;
  }
  return undefined;
}

function isWithoutSizes(type: Class): boolean {
  const { most, nested } = sizesOf(type);
  return most.size === 0 && nested.size === 0;
}

/** class-validator's message about an array that is too long. */
function problemOf({ owner, property, most, at }: TooLong): EventProblem {
  const items: unknown[] = [];
  items.length = most + 1;
  const instance = Object.create(owner.prototype as object) as Record<string, unknown>;
  instance[property] = items;
  return { path: [...at, property].join('.'), message: [...at, said(instance, property, most)].join('.') };
}

function said(instance: object, property: string, most: number): string {
  try {
    const errors = validateSync(instance, { forbidUnknownValues: true, skipMissingProperties: true });
    const own = errors.find((error) => error.property === property)?.constraints?.[ARRAY_MAX_SIZE];
    if (own !== undefined) return own;
  } catch {
    // Another validator of the property may need its items.
  }
  return `${property} must contain no more than ${String(most)} elements`;
}

function sizesOf(target: Class): Sizes {
  let sizes = known.get(target);
  if (!sizes) known.set(target, (sizes = lookAt(target)));
  return sizes;
}

function lookAt(target: Class): Sizes {
  const line = lineOf(target);
  // A property that is renamed, excluded or made by an accessor is not the payload's of that name.
  const isRenamed = [storage._exposeMetadatas, storage._excludeMetadatas].some((all) =>
    line?.some((one) => all.has(one)),
  );
  if (!line || isRenamed) return NOTHING;
  const most = new Map<string, number>();
  const nested = new Map<string, Class>();
  for (const [property, own] of rulesOf(target)) {
    if (property in (target.prototype as object)) continue;
    if (own.some(({ type, name }) => type === 'conditionalValidation' && name !== 'isOptional')) continue;
    if (storage.findTransformMetadatas(target, property, PLAIN_TO_CLASS).length > 0) continue;
    const limits = own.flatMap((rule) => limitOf(rule) ?? []);
    if (limits.length > 0) most.set(property, Math.min(...limits));
    const type = own.some((rule) => rule.type === 'nestedValidation') ? typeOf(line, property) : undefined;
    if (type) nested.set(property, type);
  }
  return { most, nested };
}

function rulesOf(target: Class): Map<string, Rule[]> {
  const rules = getMetadataStorage().getTargetValidationMetadatas(target, '', false, false);
  return groupBy(rules, ({ propertyName }) => propertyName);
}

function limitOf(rule: Rule): number | undefined {
  if (rule.type !== 'customValidation' || rule.each || rule.validateIf !== undefined) return undefined;
  const constraints = (rule.constraints as unknown[] | undefined) ?? [];
  const [limit] = constraints;
  if (typeof limit !== 'number') return undefined;
  const isMaxSize = getMetadataStorage()
    .getTargetValidatorConstraints(rule.constraintCls)
    .some((constraint) => constraint.name === ARRAY_MAX_SIZE && isOwn(constraint, constraints));
  return isMaxSize ? limit : undefined;
}

function isOwn({ instance }: Constraint, constraints: unknown[]): boolean {
  const about = { targetName: '', property: '', object: {}, value: undefined, constraints };
  return instance.defaultMessage?.(about) === MESSAGE;
}

/** The class of `@Type`, where it does not depend on the value. */
function typeOf(line: readonly Class[], property: string): Class | undefined {
  for (const one of line) {
    const metadata = storage._typeMetadatas.get(one)?.get(property);
    if (!metadata) continue;
    const { typeFunction, reflectedType, options } = metadata;
    if (!typeFunction || reflectedType === Map || typeFunction.length > 0 || options?.discriminator !== undefined)
      return undefined;
    const type = typeFunction();
    return isClass(type) ? type : undefined;
  }
  return undefined;
}
