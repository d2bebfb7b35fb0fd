import { getMetadataStorage } from 'class-validator';
import type { EventProblem } from '../model/errors/event.js';
import type { Class } from './plain-class.js';
import { plainToInstance } from './plain-to-instance.js';
import type { Rule } from './property-checks.js';
import { constraintCheck } from './rules.js';
import { saidBy } from './user-code.js';

/** Finds whose code threw when an instance was made of a payload, by trying again property by property. */
export function problemOfMaking(target: Class, data: object, thrown: unknown): EventProblem {
  if (throws(() => new target())) return problem('', `the constructor of ${target.name}`, thrown);
  for (const [key, value] of Object.entries(data) as [string, unknown][]) {
    const isCause = throws(() => plainToInstance(target, { [key]: value }));
    if (isCause) return problem(key, 'its @Type, @Transform or the constructor of its class', thrown);
  }
  return problem('', 'class-transformer', thrown);
}

/** Finds whose code threw when an instance was checked. */
export function problemOfChecking(instance: object, thrown: unknown): EventProblem {
  const found = search(instance, []);
  return found ? problem(found.path, `the validator ${found.validator}`, thrown) : problem('', 'a validator', thrown);
}

function problem(path: string, what: string, thrown: unknown): EventProblem {
  return { path, message: saidBy(path === '' ? what : `${path}: ${what}`, thrown) };
}

function search(instance: object, at: readonly (string | number)[]): { path: string; validator: string } | undefined {
  const rules = getMetadataStorage().getTargetValidationMetadatas(instance.constructor, '', false, false);
  for (const rule of rules) {
    const path = [...at, rule.propertyName];
    const value = (instance as Record<string, unknown>)[rule.propertyName];
    if (rule.type === 'nestedValidation') {
      const found = searchValues(value, path);
      if (found) return found;
    }
    const validator = checksOf(rule).find(({ check }) => throws(() => check(value, instance)));
    if (validator) return { path: path.join('.'), validator: validator.name };
  }
  return undefined;
}

function searchValues(value: unknown, at: readonly (string | number)[]): ReturnType<typeof search> {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!Array.isArray(value)) return search(value, at);
  for (const [index, item] of value.entries()) {
    const found = searchValues(item, [...at, index]);
    if (found) return found;
  }
  return undefined;
}

/** User code in a decorator: the condition of `@ValidateIf`, and validators. */
function checksOf(rule: Rule): { name: string; check: (value: unknown, instance: object) => unknown }[] {
  if (rule.type === 'conditionalValidation') {
    const [holds] = rule.constraints as [(instance: object, value: unknown) => unknown];
    return [{ name: '@ValidateIf', check: (value, instance) => holds(instance, value) }];
  }
  return getMetadataStorage()
    .getTargetValidatorConstraints(rule.constraintCls)
    .map((constraint) => ({ name: constraint.name, check: constraintCheck(rule, constraint, '') }));
}

function throws(run: () => unknown): boolean {
  try {
    run();
    return false;
  } catch {
    return true;
  }
}
