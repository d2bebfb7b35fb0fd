import { validateSync, type ValidationError } from 'class-validator';
import { domainEventOf, schemaOf, type EventClass } from '../model/domain-event.js';
import { EventValidationError, type EventProblem } from '../model/errors/event.js';
import { instanceIfValid, type InstanceIfValid } from './compile.js';
import { problemOfSize } from './array-sizes.js';
import { problemOfMaking, problemOfChecking } from './failures.js';
import { hidingMethod } from './withheld.js';
import { plainToInstance } from './plain-to-instance.js';
import type { StandardSchema } from '../model/standard-schema.js';
import { demandOneSchema, judge } from './schema.js';

/**
 * Checks a payload against its event class's class-validator decorators, or its schema.
 *
 * @returns an instance of the class, with the payload's unknown properties, too; or the schema's result
 * @throws EventValidationError with the first problems; also when code of the class throws, such as a constructor or a validator
 */
export function validate<T extends object>(target: EventClass<T>, data: unknown): T {
  return validateCompiled(target, data) ?? validateInWords(target, data);
}

/**
 * Validates by compiled decorators: quick, and without messages.
 *
 * @returns undefined when the payload is not valid, or compiled code cannot tell
 */
export function validateCompiled<T extends object>(target: EventClass<T>, data: unknown): T | undefined {
  const compiled = (known.get(target) ?? compile(target)) as InstanceIfValid<T>;
  return compiled(data);
}

const known = new WeakMap<EventClass, InstanceIfValid<object>>();

function compile<T extends object>(target: EventClass<T>): InstanceIfValid<T> {
  domainEventOf(target);
  demandOneSchema(target);
  const schema = schemaOf(target);
  const compiled = schema ? (data: unknown) => outputIfValid(schema, data) : instanceIfValid(target);
  known.set(target, compiled);
  return compiled as InstanceIfValid<T>;
}

function outputIfValid(schema: StandardSchema, data: unknown): object | undefined {
  const verdict = judge(schema, data);
  return 'output' in verdict ? verdict.output : undefined;
}

/**
 * Validates by class-validator itself, or the schema, which have the messages.
 *
 * @param erased paths of erased properties, which need not be valid
 * @throws EventValidationError as {@link validate}
 */
export function validateInWords<T extends object>(
  target: EventClass<T>,
  data: unknown,
  erased: ReadonlySet<string> = NONE,
): T {
  const { type } = domainEventOf(target);
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw new EventValidationError(type, [{ path: '', message: `the payload must be an object, got ${kindOf(data)}` }]);
  }
  const schema = schemaOf(target);
  if (schema) {
    const verdict = judge(schema, data);
    if ('output' in verdict) return verdict.output as T;
    const { problems, count, cause } = verdict;
    throw new EventValidationError(type, problems, cause === undefined ? {} : { cause }, count);
  }
  const tooLong = problemOfSize(target, data);
  if (tooLong) throw new EventValidationError(type, [tooLong]);
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
    const problem = problemOfChecking(instance, cause);
    if (!erased.has(problem.path)) throw new EventValidationError(type, [problem], { cause });
    // A validator may throw because a value is erased.
    errors = validateSync(instance, { forbidUnknownValues: true, skipMissingProperties: true });
  }
  if (errors.length > 0) {
    const problems: EventProblem[] = [];
    const count = addProblems(problems, errors, MAX_PROBLEMS, '', erased);
    if (count > 0) throw new EventValidationError(type, problems, {}, count);
  }
  const lost = hidingMethod(data, instance);
  if (lost !== undefined) {
    throw new EventValidationError(type, [
      { path: lost, message: `${lost} has the name of a method: class-transformer leaves it out, call it otherwise` },
    ]);
  }
  return instance;
}

const NONE: ReadonlySet<string> = new Set();

/** How many problems are told; the others are only counted. */
const MAX_PROBLEMS = 20;

/** All constraints that failed, with their paths. */
export function flatten(errors: readonly ValidationError[]): EventProblem[] {
  const problems: EventProblem[] = [];
  addProblems(problems, errors, Infinity);
  return problems;
}

/** @returns the number of all problems, also of those that are not told */
function addProblems(
  problems: EventProblem[],
  errors: readonly ValidationError[],
  most: number,
  parent = '',
  erased: ReadonlySet<string> = NONE,
): number {
  let count = 0;
  for (const { property, constraints, children } of errors) {
    const path = parent === '' ? property : `${parent}.${property}`;
    if (erased.has(path)) continue;
    for (const message of Object.values(constraints ?? {})) {
      count += 1;
      if (problems.length < most) problems.push({ path, message: parent === '' ? message : `${parent}.${message}` });
    }
    if (children) count += addProblems(problems, children, most, path, erased);
  }
  return count;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}
