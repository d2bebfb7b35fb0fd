import type { MemorySample } from '../process/messages.js';
import type { Percentiles } from '../statistics.js';
import type { ServerStats } from './server-stats.js';

/** What one measurement has shown; what a scenario does not measure is absent. */
export interface Figures {
  /** How long it took. */
  readonly ms?: number;
  /** Events a second. */
  readonly perSecond?: number;
  /** CPU time for each event, of all processes of the contestant that are measured. */
  readonly clientCpuUs?: number;
  /** CPU time for each event. */
  readonly serverCpuUs?: number;
  /** Commands that were sent for each event. */
  readonly commands?: number;
  /** Bytes that the server received for each event. */
  readonly bytesIn?: number;
  /** Bytes that the server sent for each event. */
  readonly bytesOut?: number;
  readonly latencyMs?: Percentiles;
  /** Of the consumer. */
  readonly memory?: readonly MemorySample[];
  /** The server's memory for each event that waits. */
  readonly serverBytes?: number;
  /** Commands a second of all idle workers together. */
  readonly idleCommands?: number;
  /** CPU time a second of all idle workers together. */
  readonly idleClientCpuMs?: number;
  /** CPU time a second. */
  readonly idleServerCpuMs?: number;
}

/** What the server did for each of so many events between two looks. */
export function serverFigures(
  before: ServerStats,
  after: ServerStats,
  events: number,
): Required<Pick<Figures, 'serverCpuUs' | 'bytesIn' | 'bytesOut'>> {
  return {
    serverCpuUs: (after.cpuUs - before.cpuUs) / events,
    bytesIn: (after.bytesIn - before.bytesIn) / events,
    bytesOut: (after.bytesOut - before.bytesOut) / events,
  };
}
