import { ConfigurationError } from '../model/errors/configuration.js';
import type { Acks } from '../options/producer-options.js';

/** What a Redis user is for: to publish; to handle events and publish; to look; to look and act on dead letters. */
export type AclRole = 'producer' | 'worker' | 'viewer' | 'operator';

/** The streams, group and options of a Redis user. All names are without prefix. */
export interface AclScope {
  /** The prefix of all keys: `ecommerce`. */
  prefix: string;
  /** Streams that a worker handles, or a viewer or an operator looks at; `*` for all. @default all, for a viewer or an operator */
  streams?: readonly string[];
  /** Streams that a producer or a worker publishes on. */
  publishes?: readonly string[];
  /** The consumer group of a worker. */
  group?: string;
  /** Where a worker's transactions have their keys: the option `state`, or else `source`. A viewer or an operator may read these keys. */
  state?: string;
  /**
   * Which keys of that state, with `*` for any text: `['stock', 'order:*']`. Name them if a stream has the same name as the state: `*` would
   * include the stream's dead letters and notes. @default ['*']
   */
  stateKeys?: readonly string[];
  /** Whether streams have partitions. @default false */
  partitioned?: boolean;
  /** Whether partitions share their state: the option `sharedState`. @default false */
  sharedState?: boolean;
  /** Whether it trims the streams that it handles or publishes on: the option `retention`. @default false */
  retention?: boolean;
  /** What its publishes wait for: the option `producer.acks`. @default 'received' */
  acks?: Acks;
  /**
   * Whether there is personal data (`@Personal()`). With `true`, a producer and a worker make and read the keys of subjects, and an operator
   * destroys them, but cannot read them. With `read`, a worker only reads them. A viewer and an operator see in any case which subjects were
   * forgotten. @default false
   */
  erasure?: boolean | 'read';
}

/** The names of an option that a role needs. @throws ConfigurationError where there are none */
export function required(role: AclRole, option: string, names: readonly string[]): readonly string[] {
  return names.length > 0 ? names : missing(role, option);
}

/** @throws ConfigurationError */
export function missing(role: AclRole, option: string): never {
  throw new ConfigurationError(`Expected ${option} for a ${role}, got nothing`);
}
