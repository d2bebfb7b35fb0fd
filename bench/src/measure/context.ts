import type { RoleSettings } from '../process/settings.js';
import type { Persistence, Scenario } from '../scenarios.js';
import type { Child } from './child.js';
import type { Progress } from './progress.js';
import type { ServerMonitor } from './server-stats.js';

/** One measurement. */
export interface Task {
  readonly scenario: Scenario;
  readonly contestant: string;
  readonly aof: Persistence;
  /** Events of the warm-up, which are not measured. */
  readonly warmUp: number;
  /** Events that are measured; for idle workers: seconds. */
  readonly events: number;
  /** The deadline of the whole measurement, including the backlog. */
  readonly deadlineMs: number;
  /** The path of a CPU profile, without its extension; undefined for none. */
  readonly profile: string | undefined;
}

/** The context of a measurement: its own Redis, and the contestant's processes. */
export interface MeasurementContext {
  readonly task: Task;
  readonly server: ServerMonitor;
  readonly progress: Progress;
  /** Starts a process of the contestant, which is ended with the measurement. */
  readonly start: (role: RoleSettings) => Child;
}
