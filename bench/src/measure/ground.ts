import type { RoleSettings } from '../process/settings.js';
import type { Persistence, Scenario } from '../scenarios.js';
import type { Child } from './child.js';
import type { Progress } from './progress.js';
import type { ServerWatch } from './server-stats.js';

/** What is to be measured once. */
export interface Task {
  readonly scenario: Scenario;
  readonly contestant: string;
  readonly aof: Persistence;
  /** Events before the clock runs. */
  readonly warmUp: number;
  /** Events that are measured; of idle workers: seconds. */
  readonly events: number;
  /** For all of it, filling the stream included. */
  readonly deadlineMs: number;
  /** Where to write a CPU profile, without the file's ending; undefined for none. */
  readonly profile: string | undefined;
}

/** What a measurement works with: a Redis of its own, and the contestant's processes. */
export interface Ground {
  readonly task: Task;
  readonly server: ServerWatch;
  readonly progress: Progress;
  /** Starts a process of the contestant; it is ended with the measurement. */
  readonly start: (role: RoleSettings) => Child;
}
