import { getMetadataStorage } from 'class-validator';
import { mostItems } from './array-sizes.js';
import { checker } from './checks.js';
import { generate, type Generate } from './generate.js';
import { builder, copyPlain, copyTyped, copyUpTo, isConverted, type Build, type Copy } from './instance.js';
import { fieldsOf, isClass, lineOf, type Class } from './plain-class.js';
import type { IsValid } from './property-checks.js';
import { nestedCheck, propertyChecks } from './rules.js';
import { propertyTypes, type PropertyType } from './property-types.js';

/** The decorators of a class as code. */
interface Compiled {
  state: 'compiling' | 'supported' | 'unsupported';
  build: Build;
  isValid: IsValid;
}

/** Stands for a class that turned out unsupported while another class used it: payloads of the other class fail here, and go to class-validator. */
function unsupported(): never {
  throw new Error('This class is not supported');
}
const UNSUPPORTED: Compiled = { state: 'unsupported', build: unsupported, isValid: unsupported };

/** Makes a valid instance of a payload; undefined when it is not certain that it is valid. */
export type InstanceIfValid<T extends object> = (data: unknown) => T | undefined;

/** @param generate makes a function of its source text; replaced in tests */
export function compiler(generate: Generate) {
  const known = new WeakMap<Class, Compiled>();

  const compiled = (target: Class): Compiled => {
    const before = known.get(target);
    if (before) return before;
    // A class that contains itself is met again before it is compiled: its property gets these.
    const result: Compiled = {
      state: 'compiling',
      build: (data) => result.build(data),
      isValid: (instance) => result.isValid(instance),
    };
    known.set(target, result);
    try {
      return Object.assign(result, compile(target, compiled, generate) ?? UNSUPPORTED);
    } catch {
      // Such as a constructor that throws, or nonsense given to a decorator: class-validator decides.
      return Object.assign(result, UNSUPPORTED);
    }
  };

  return <T extends object>(target: new () => T): InstanceIfValid<T> => {
    const { state, build, isValid } = compiled(target);
    if (state === 'unsupported') return () => undefined;
    return (data) => {
      try {
        const instance = build(data as object);
        return isValid(instance) ? (instance as T) : undefined;
      } catch {
        // An unusual payload, or a validator that threw: class-validator decides, and has the message.
        return undefined;
      }
    };
  };
}

/**
 * Compiles a class's class-validator decorators to a function that makes a valid instance of a payload.
 *
 * It accepts only what `plainToInstance` and `validateSync` accept, with the same result. They decide all other cases: those that it
 * answers with undefined, and all payloads of a class that uses more of class-transformer than `@Type`. Decorators that are applied
 * after the compilation have no effect.
 */
export const instanceIfValid = compiler(generate);

/** @returns undefined for a class that only class-validator and class-transformer can handle */
function compile(target: Class, compiled: (target: Class) => Compiled, generate: Generate): Compiled | undefined {
  const line = lineOf(target);
  const types = line && propertyTypes(line);
  const fields = fieldsOf(target);
  const rules = getMetadataStorage().getTargetValidationMetadatas(target, '', false, false);
  // A class without decorators is never valid: unknown values are forbidden.
  if (!types || !fields || rules.length === 0) return undefined;

  const byProperty = Object.entries(getMetadataStorage().groupByPropertyName(rules));
  const names = [...new Set([...fields, ...types.keys(), ...byProperty.map(([name]) => name)])];
  const prototype = target.prototype as object;
  // class-transformer skips accessors and methods, and takes what has a `then` for a promise.
  if ([...names, 'then'].some((name) => name in prototype) || names.includes('then')) return undefined;

  const parts = partsOf(types, compiled);
  if (!parts) return undefined;
  const longest = mostItems(target);
  const copies = names.map((name): [string, Copy] => {
    const type = types.get(name);
    const copy = type ? copyTyped(type, parts.get(name)?.build) : copyPlain;
    const most = longest.get(name);
    return [name, most === undefined ? copy : copyUpTo(most, copy)];
  });
  const checks = byProperty.map(([name, decorators]) =>
    propertyChecks(target, name, decorators, nestedCheck(parts.get(name)?.isValid), generate),
  );
  return {
    state: 'supported',
    build: builder(target, new Map(copies), generate),
    isValid: checker(target, checks, generate),
  };
}

/** The compiled classes of the properties; undefined when one is not supported. */
function partsOf(types: ReadonlyMap<string, PropertyType>, compiled: (target: Class) => Compiled) {
  const parts = new Map<string, Compiled>();
  for (const [name, { type }] of types) {
    if (isConverted(type)) continue;
    const part = isClass(type) ? compiled(type) : undefined;
    if (!part || part.state === 'unsupported') return undefined;
    parts.set(name, part);
  }
  return parts;
}
