import type { EventClass } from '../model/domain-event.js';
import { EventPayloadError } from '../model/errors/publishing.js';
import { validate, validateInWords } from '../validate/validate.js';
import { ERASED, isErased, MARK } from './erased.js';
import { personalPlaces, personalPlanOf, type PersonalPlace, type PersonalPlan } from './personal-plan.js';
import { sealedValueOf } from './sealed-value.js';

/**
 * The places of a payload that are erased already, such as in a payload that a handler passes on; undefined for none.
 *
 * @throws EventPayloadError when another value has the property that marks personal data: readers would take it for encrypted
 */
export function erasedIn(plan: PersonalPlan, type: string, data: object): PersonalPlace[] | undefined {
  const erased: PersonalPlace[] = [];
  for (const place of personalPlaces(plan, data)) {
    const value = place.owner[place.property];
    if (isErased(value)) erased.push(place);
    else if (typeof value === 'object' && value !== null && Object.hasOwn(value, MARK)) {
      throw new EventPayloadError(type, [...place.path, MARK].join('.'), `a property must not be called ${MARK}`);
    }
  }
  return erased.length > 0 ? erased : undefined;
}

/**
 * Validates a payload with erased places by its class's decorators. The erased places are not validated.
 *
 * @returns the instance, with `ERASED` in each erased place
 * @throws EventValidationError when another place is not valid
 */
export function validateErased<T extends object>(
  target: EventClass<T>,
  data: object,
  erased: readonly PersonalPlace[],
): T {
  const values = erased.map(({ owner, property }) => owner[property]);
  for (const { owner, property } of erased) owner[property] = undefined;
  try {
    const instance = validateInWords(target, data, new Set(erased.map(({ path }) => path.join('.'))));
    for (const { path } of erased) put(instance, path);
    return instance;
  } finally {
    for (const [index, { owner, property }] of erased.entries()) owner[property] = values[index];
  }
}

/**
 * Validates a payload as {@link validate} does, for a caller without keys: encrypted and erased places are not validated.
 *
 * @returns as {@link validate}, with `ERASED` in each encrypted or erased place
 * @throws EventValidationError as {@link validate}
 * @throws EventDecodeError when a value is marked as personal data, and has no known form
 */
export function validateSealed<T extends object>(target: EventClass<T>, data: unknown): T {
  const plan = personalPlanOf(target);
  if (!plan || typeof data !== 'object' || data === null) return validate(target, data);
  const sealed = personalPlaces(plan, data).filter(({ owner, property, path }) =>
    sealedValueOf(owner[property], path.join('.')),
  );
  return sealed.length > 0 ? validateErased(target, data, sealed) : validate(target, data);
}

function put(instance: object, path: readonly string[]): void {
  let at: unknown = instance;
  for (const key of path.slice(0, -1)) {
    if (typeof at !== 'object' || at === null) return;
    at = (at as Record<string, unknown>)[key];
  }
  // A @Transform may have made something else of the value.
  if (typeof at === 'object' && at !== null) (at as Record<string, unknown>)[path.at(-1) ?? ''] = ERASED;
}
