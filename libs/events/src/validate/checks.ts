import { Scope, type Generate } from './generate.js';
import type { Class } from './plain-class.js';
import type { IsValid, PropertyChecks } from './property-checks.js';

/** The checks of all properties of a class. */
export function checker(target: Class, properties: readonly PropertyChecks[], generate: Generate): IsValid {
  return (generate(...source(target, properties)) as IsValid | undefined) ?? interpret(target, properties);
}

function source(target: Class, properties: readonly PropertyChecks[]): [string, Scope] {
  const scope = new Scope();
  const lines = properties.map(({ name, condition, isOptional, checks }) => {
    const tests = checks.map(({ check, inline }) => {
      const call = `${scope.add(check)}(v, instance)`;
      return inline ? `((${inline(scope.add)}) || ${call})` : call;
    });
    const isRefused = [
      ...(condition ? [`${scope.add(condition)}(v, instance)`] : []),
      ...(isOptional ? ['v !== undefined && v !== null'] : []),
      `!(${['true', ...tests].join(' && ')})`,
    ];
    return `v = instance[${JSON.stringify(name)}];
    if (${isRefused.join(' && ')}) return false;`;
  });
  // A property is read before the prototype: docs/internals/performance.md#a-prototype-is-free-after-a-load
  const text = `(instance) => {
    let v = instance[${JSON.stringify(properties[0]?.name ?? '')}];
    if (${scope.add(Object.getPrototypeOf)}(instance) !== ${scope.add(target.prototype)}) return false;
    ${lines.join('\n    ')}
    return true;
  }`;
  return [text, scope];
}

function interpret(target: Class, properties: readonly PropertyChecks[]): IsValid {
  return (instance) =>
    Object.getPrototypeOf(instance) === target.prototype &&
    properties.every(({ name, condition, isOptional, checks }) => {
      const value = (instance as Record<string, unknown>)[name];
      if (condition && !condition(value, instance)) return true;
      if (isOptional && (value === undefined || value === null)) return true;
      return checks.every(({ check }) => check(value, instance));
    });
}
