import { getMetadataStorage } from 'class-validator';
import { isPromise } from '../concurrency/promise-like.js';
import { schemaOf, type EventClass } from '../model/domain-event.js';
import { ConfigurationError } from '../model/errors/configuration.js';
import type { EventProblem } from '../model/errors/event.js';
import type { StandardSchema, StandardSchemaIssue, StandardSchemaResult } from '../model/standard-schema.js';
import { saidBy } from './user-code.js';

/** How many issues become problems: {@link EventValidationError} tells no more. */
const MAX_PROBLEMS = 20;

/** A schema's result for a payload: the value, or the problems. */
export type SchemaVerdict = { output: object } | { problems: EventProblem[]; count: number; cause?: unknown };

/** @throws ConfigurationError when an event class has decorators of class-validator beside its schema: it is unclear which counts */
export function demandOneSchema(target: EventClass): void {
  if (!schemaOf(target)) return;
  const [rule] = getMetadataStorage().getTargetValidationMetadatas(target, '', false, false);
  if (!rule) return;
  throw new ConfigurationError(
    `@DomainEvent on ${target.name}: expected either a schema or decorators of class-validator, got both ` +
      `(${rule.propertyName}): leave one of them out`,
  );
}

/** Never throws: an error of the schema is a problem of the payload. */
export function judge(schema: StandardSchema, data: unknown): SchemaVerdict {
  let result: StandardSchemaResult<unknown> | Promise<unknown>;
  try {
    result = schema['~standard'].validate(data);
  } catch (cause) {
    return { ...refusal(saidBy('its schema', cause)), cause };
  }
  if (isPromise(result)) {
    // Nobody awaits it: its rejection must not end the process.
    Promise.resolve(result).catch(() => undefined);
    return refusal(
      'expected a schema that answers at once, got one that is asynchronous: check the rest in the handler',
    );
  }
  // A schema is user code: its types may be wrong.
  if (!isObject(result)) return refusal('expected its schema to answer with an object, got something else');
  const { issues, value } = result as { issues?: unknown; value?: unknown };
  if (issues !== undefined) {
    const list = Array.isArray(issues) ? issues : [];
    const problems = list.slice(0, MAX_PROBLEMS).map(problemOf);
    return problems.length > 0
      ? { problems, count: list.length }
      : refusal('its schema refuses it, and does not say why');
  }
  if (isObject(value) && !Array.isArray(value)) return { output: value };
  return refusal('expected its schema to make an object of the payload, got something else');
}

function refusal(message: string): { problems: EventProblem[]; count: number } {
  return { problems: [{ path: '', message }], count: 1 };
}

function problemOf(issue: unknown): EventProblem {
  const { message, path } = (isObject(issue) ? issue : {}) as Partial<Record<keyof StandardSchemaIssue, unknown>>;
  const at = (Array.isArray(path) ? path : []).map(nameOf).join('.');
  const said = typeof message === 'string' ? message : 'is not valid';
  return { path: at, message: at === '' ? said : `${at}: ${said}` };
}

function nameOf(part: unknown): string {
  return String(isObject(part) ? (part as { key?: PropertyKey }).key : part);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
