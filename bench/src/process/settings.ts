import type { Contestant } from '../contestants/contestant.js';
import type { PublishMode } from '../scenarios.js';
import type { Line } from './line.js';
import type { ChildMessages, ParentMessages } from './messages.js';

/** What every process of a contestant is told when it is started. */
export interface CommonSettings {
  readonly contestant: string;
  /** Of its Redis. */
  readonly url: string;
  /** Events before the clock runs. */
  readonly warmUp: number;
  /** Events that are measured, after the warm-up. */
  readonly events: number;
}

/** Publishes, and is measured. */
export interface PublishRole {
  readonly role: 'publish';
  readonly mode: PublishMode;
  /** Where to write a CPU profile of what is measured, without the file's ending. */
  readonly profile?: string | undefined;
}

/** Publishes a backlog. */
export interface FillRole {
  readonly role: 'fill';
}

/** Consumes, and is measured. */
export interface ConsumeRole {
  readonly role: 'consume';
  readonly withEffects: boolean;
  /** Events after which it is warm: of several consumers, each handles a part of the warm-up. */
  readonly warmAfter: number;
  /** Look at the heap now and then, after a garbage collection; the process needs `--expose-gc`. */
  readonly watchMemory: boolean;
  readonly profile?: string | undefined;
}

/** Publishes by a schedule. */
export interface PaceRole {
  readonly role: 'pace';
}

/** Opens workers that have nothing to do. */
export interface IdleRole {
  readonly role: 'idle';
  readonly workers: number;
  /** Streams that each worker reads. */
  readonly streams: number;
}

export type RoleSettings = PublishRole | FillRole | ConsumeRole | PaceRole | IdleRole;

export type Settings = CommonSettings & RoleSettings;

/** What a role works with. */
export interface Bench<Role extends RoleSettings> {
  readonly contestant: Contestant;
  readonly settings: CommonSettings & Role;
  /** How many commands were sent so far. */
  readonly commands: () => number;
  readonly parent: ParentLine;
}

export type ParentLine = Line<ChildMessages, ParentMessages>;
