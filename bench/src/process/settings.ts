import type { Contestant } from '../contestants/contestant.js';
import type { PublishMode } from '../scenarios.js';
import type { Channel } from './channel.js';
import type { ChildMessages, ParentMessages } from './messages.js';

/** The settings of every process of a contestant. */
export interface CommonSettings {
  readonly contestant: string;
  /** The URL of its Redis. */
  readonly url: string;
  /** Events of the warm-up, which are not measured. */
  readonly warmUp: number;
  /** Events that are measured, after the warm-up. */
  readonly events: number;
}

/** Publishes. Is measured. */
export interface PublishRole {
  readonly role: 'publish';
  readonly mode: PublishMode;
  /** The path of a CPU profile, without its extension. */
  readonly profile?: string | undefined;
}

/** Publishes a backlog. Is not measured. */
export interface FillRole {
  readonly role: 'fill';
}

/** Consumes. Is measured. */
export interface ConsumeRole {
  readonly role: 'consume';
  readonly withEffects: boolean;
  /** The number of events after which it is warm. If there are several consumers, each handles a part of the warm-up. */
  readonly warmAfter: number;
  /** Whether to measure the heap after a garbage collection; needs `--expose-gc`. */
  readonly watchMemory: boolean;
  readonly profile?: string | undefined;
}

/** Publishes by a fixed schedule. */
export interface ScheduleRole {
  readonly role: 'schedule';
}

/** Opens idle workers. */
export interface IdleRole {
  readonly role: 'idle';
  readonly workers: number;
  /** How many streams each worker reads. */
  readonly streams: number;
}

export type RoleSettings = PublishRole | FillRole | ConsumeRole | ScheduleRole | IdleRole;

export type Settings = CommonSettings & RoleSettings;

/** The context of a role. */
export interface RoleContext<Role extends RoleSettings> {
  readonly contestant: Contestant;
  readonly settings: CommonSettings & Role;
  /** Returns how many commands were sent so far. */
  readonly commands: () => number;
  readonly parent: ParentLine;
}

export type ParentLine = Channel<ChildMessages, ParentMessages>;
