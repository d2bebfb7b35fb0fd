import type { MemorySample } from '../process/messages.js';
import type { Percentiles } from '../statistics.js';
import type { ServerStats } from './server-stats.js';

/** The results of one measurement. A figure that its scenario does not measure is absent. */
export interface Figures {
  /** Duration. */
  readonly ms?: number;
  /** Events a second. */
  readonly perSecond?: number;
  /** CPU time per event, of all measured processes of the contestant. */
  readonly clientCpuUs?: number;
  /** CPU time per event. */
  readonly serverCpuUs?: number;
  /** Commands sent per event. */
  readonly commands?: number;
  /** Bytes that the server received per event. */
  readonly bytesIn?: number;
  /** Bytes that the server sent per event. */
  readonly bytesOut?: number;
  readonly latencyMs?: Percentiles;
  /** Memory of the consumer. */
  readonly memory?: readonly MemorySample[];
  /** Memory of the server per event of the backlog. */
  readonly serverBytes?: number;
  /** Commands a second, of all idle workers together. */
  readonly idleCommands?: number;
  /** CPU time a second, of all idle workers together. */
  readonly idleClientCpuMs?: number;
  /** CPU time a second. */
  readonly idleServerCpuMs?: number;
}

/** The server's work per event between two readings of its statistics. */
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
