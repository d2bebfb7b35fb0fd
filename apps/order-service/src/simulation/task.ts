import type { LoggerOptions } from '@shop/service/logger';
import type { RedisPlace } from 'nestjs-event-streams/internal/address';
import type { Rate } from './rate.js';

/** The options of a thread of simulated customers. */
export interface CustomersTask {
  redis: RedisPlace;
  prefix: string;
  seed: number;
  /** The number of this start of the simulation: the same seed and run would place the same orders again. */
  run: number;
  thread: number;
  threads: number;
  /** The rate of all threads together. */
  rate: Rate;
  speed: number;
  poisonShare: number;
  /** Whether personal data of the orders is encrypted. */
  erasure: boolean;
  /** Options of its logger: only warnings and errors, because all threads would log the same lines at their start. */
  log: LoggerOptions;
}

/** What a thread has done so far, in numbers. */
export interface CustomersReport {
  /** Orders that were accepted. */
  placed: number;
  /** Orders whose publish was not confirmed: each is in the stream once or not at all. */
  failed: number;
  poisoned: number;
  lastError: string | null;
}
