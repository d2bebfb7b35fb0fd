import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { domainEventOf, type EventClass } from '../envelope/domain-event.js';
import { EventValidationError, type EventProblem } from '../errors.js';
import { instanceIfValid, type InstanceIfValid } from './compile.js';
import { problemOfMaking, problemOfChecking } from './failures.js';
import { hidingMethod } from './withheld.js';

/**
 * Checks a payload against its event class's class-validator decorators.
 *
 * @returns the payload as an instance of the class; properties that the class does not know are kept
 * @throws EventValidationError with every problem, and when code of the class throws: a constructor, a validator
 */
export function validate<T extends object>(target: EventClass<T>, data: unknown): T {
  return validateCompiled(target, data) ?? validateByDecorators(target, data);
}

/**
 * The quick way.
 *
 * @returns undefined when the payload is not valid, or that cannot be told by this way
 */
export function validateCompiled<T extends object>(target: EventClass<T>, data: unknown): T | undefined {
  const compiled = (known.get(target) ?? compile(target)) as InstanceIfValid<T>;
  return compiled(data);
}

const known = new WeakMap<EventClass, InstanceIfValid<object>>();

function compile<T extends object>(target: EventClass<T>): InstanceIfValid<T> {
  domainEventOf(target);
  const compiled = instanceIfValid(target);
  known.set(target, compiled);
  return compiled;
}

/**
 * The same by class-validator itself, which has the words for what is wrong.
 *
 * @throws EventValidationError as {@link validate}
 */
export function validateByDecorators<T extends object>(target: EventClass<T>, data: unknown): T {
  const { type } = domainEventOf(target);
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw new EventValidationError(type, [{ path: '', message: `the payload must be an object, got ${kindOf(data)}` }]);
  }
  let instance: T;
  try {
    instance = plainToInstance(target, data);
  } catch (cause) {
    throw new EventValidationError(type, [problemOfMaking(target, data, cause)], { cause });
  }
  let errors: ValidationError[];
  try {
    errors = validateSync(instance, { forbidUnknownValues: true });
  } catch (cause) {
    throw new EventValidationError(type, [problemOfChecking(instance, cause)], { cause });
  }
  if (errors.length > 0) throw new EventValidationError(type, flatten(errors));
  const lost = hidingMethod(data, instance);
  if (lost !== undefined) {
    throw new EventValidationError(type, [
      { path: lost, message: `${lost} has the name of a method: class-transformer leaves it out, call it otherwise` },
    ]);
  }
  return instance;
}

/** Every constraint that failed, nested ones with their whole path. */
export function flatten(errors: readonly ValidationError[], parent = ''): EventProblem[] {
  return errors.flatMap((error) => {
    const path = parent === '' ? error.property : `${parent}.${error.property}`;
    const own = Object.values(error.constraints ?? {}).map((message) => ({
      path,
      message: parent === '' ? message : `${parent}.${message}`,
    }));
    return [...own, ...flatten(error.children ?? [], path)];
  });
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}
