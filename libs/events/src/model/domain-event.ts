import 'reflect-metadata';
import { ConfigurationError } from './errors/configuration.js';
import { shown } from './fields.js';
import { demandKnownOptions } from './option-names.js';
import { RESERVED_ROOTS } from './reserved-names.js';
import { isStandardSchema, type StandardSchema } from './standard-schema.js';

/** What `@DomainEvent` says of a class. */
export interface DomainEventOptions<T extends object> {
  /** A past-tense verb in snake_case: `order_placed`. */
  type: string;
  /** `major.minor` of the schema. A reader takes every minor version of the majors that it has a class for. */
  version: string;
  /** The stream's name without prefix: `orders`. */
  stream: string;
  /**
   * Gives the partition key, of 1 to 1,024 characters: events with the same key keep their order. It gets the payload as readers get it.
   * @default no key, and no order
   */
  key?: (data: T) => string;
  /**
   * Gives the subject of the event's personal data (`@Personal()`), such as a customer's id: visible ASCII of at most 256 characters. It
   * is not encrypted, so it must say nothing about the person. @default the publish option `subject`
   */
  subject?: (data: T) => string;
  /**
   * Which applications may publish it, by their `source`. Publishing from another one is refused, and an entry with another source becomes
   * a dead letter. @default all
   */
  sources?: readonly string[];
  /**
   * A schema for the payload, of Zod, Valibot, ArkType or any other library of Standard Schema, instead of class-validator's decorators.
   * It must be synchronous. Publishers send the payload as it is given; handlers get what the schema makes of it.
   */
  schema?: StandardSchema<T>;
}

/** A class with `@DomainEvent`. */
export type EventClass<T extends object = object> = new () => T;

const NAMES: readonly (keyof DomainEventOptions<never>)[] = [
  ...(['type', 'version', 'stream', 'key', 'subject', 'sources', 'schema'] as const),
];

const TYPE = /^[a-z][a-z0-9_]*$/;

const eventClasses = new WeakMap<
  EventClass,
  Readonly<Omit<DomainEventOptions<never>, 'schema'> & { schema?: StandardSchema }>
>();

/**
 * Makes a class an event type. Its class-validator decorators, or `schema`, are checked on publishing and on consuming.
 *
 * @throws ConfigurationError that names the option, what came and what it takes
 */
export function DomainEvent<T extends object>(options: DomainEventOptions<T>) {
  return (target: EventClass<T>): void => {
    demandKnownOptions(`@DomainEvent on ${target.name}`, options, NAMES);
    check(target.name, 'type', options.type, TYPE, 'snake_case, such as order_placed');
    check(target.name, 'version', options.version, /^\d+\.\d+$/, 'major.minor, such as 1.0');
    check(
      target.name,
      'stream',
      options.stream,
      /^[a-z][a-z0-9_-]*$/,
      'a lower-case name without prefix, such as orders',
    );
    if (RESERVED_ROOTS.includes(options.stream)) {
      throw new ConfigurationError(
        `@DomainEvent on ${target.name}: expected stream as another name than ${RESERVED_ROOTS.join(', ')}, where the library keeps ` +
          `its own keys, got ${options.stream}`,
      );
    }
    const { key, sources, subject, schema } = options as Partial<
      Record<'key' | 'sources' | 'subject' | 'schema', unknown>
    >;
    if (sources !== undefined && !(Array.isArray(sources) && sources.length > 0 && sources.every(isName))) {
      throw new ConfigurationError(
        `@DomainEvent on ${target.name}: expected sources as names of applications, such as ["order_service"], got ${shown(sources)}`,
      );
    }
    if (key !== undefined && typeof key !== 'function') {
      throw new ConfigurationError(`@DomainEvent on ${target.name}: expected key as a function, got ${shown(key)}`);
    }
    if (subject !== undefined && typeof subject !== 'function') {
      throw new ConfigurationError(
        `@DomainEvent on ${target.name}: expected subject as a function, got ${shown(subject)}`,
      );
    }
    if (schema !== undefined && !isStandardSchema(schema)) {
      throw new ConfigurationError(
        `@DomainEvent on ${target.name}: expected schema as one of Standard Schema, such as of Zod, Valibot or ArkType, got ${shown(schema)}`,
      );
    }
    eventClasses.set(target, Object.freeze({ ...options }));
  };
}

/**
 * The options of a class's `@DomainEvent`.
 *
 * @throws ConfigurationError when the class does not have the decorator
 */
export function domainEventOf<T extends object>(target: EventClass<T>): Readonly<DomainEventOptions<T>> {
  const options = eventClasses.get(target) as unknown as DomainEventOptions<T> | undefined;
  if (options) return options;
  const name = typeof target === 'function' && target.name !== '' ? target.name : shown(target);
  throw new ConfigurationError(`Expected a class with @DomainEvent, got ${name}`);
}

/** The schema of an event class; undefined if it has decorators of class-validator instead, and for other classes. */
export function schemaOf(target: EventClass): StandardSchema | undefined {
  return eventClasses.get(target)?.schema;
}

/** The part of a version that decides whether two schemas are compatible: `2` of `2.1`. */
export function majorOf(version: string): string {
  return version.split('.', 1)[0] ?? '';
}

/** Whether an event class can have this type and version. An entry may have anything there. */
export function canBeEvent(type: string, version: string): boolean {
  return TYPE.test(type) && /^\d+$/.test(majorOf(version));
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function check(name: string, field: string, value: unknown, form: RegExp, expected: string): void {
  if (typeof value === 'string' && form.test(value)) return;
  throw new ConfigurationError(
    `@DomainEvent on ${name}: expected ${field} as ${expected}, got ${JSON.stringify(value)}`,
  );
}
