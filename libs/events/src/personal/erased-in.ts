import type { EventClass } from '../model/domain-event.js';
import { EventPayloadError } from '../model/errors/publishing.js';
import { validate, validateInWords } from '../validate/validate.js';
import { ERASED, isErased, MARK } from './erased.js';
import { personalPlaces, personalPlanOf, type PersonalPlace, type PersonalPlan } from './personal.js';
import { sealedValueOf } from './sealed-value.js';

/**
 * What of a payload that is to be published is erased already, such as what a handler passes on.
 *
 * @throws EventPayloadError when something else has the mark: readers would take it for encrypted
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
 * Checks a payload of which something is erased: the rest by its class's decorators, and that not at all.
 *
 * @returns the instance, with `ERASED` in each such place
 * @throws EventValidationError when the rest is not valid
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
 * Checks a payload as {@link validate} does, for who has no keys: what is encrypted or erased in it need not be valid.
 *
 * @returns as {@link validate}; in places of personal data that is encrypted or erased it has `ERASED`
 * @throws EventValidationError as {@link validate}; EventDecodeError for what is marked as personal data and of no known form
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
  // What a @Transform has made something else of has no such place.
  if (typeof at === 'object' && at !== null) (at as Record<string, unknown>)[path.at(-1) ?? ''] = ERASED;
}
