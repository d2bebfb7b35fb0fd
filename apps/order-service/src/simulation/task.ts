import type { LoggerOptions } from '@shop/service/logger';
import type { RedisPlace } from 'nestjs-event-streams/address';
import type { Rate } from './rate.js';

/** What a thread of simulated customers is told. */
export interface CustomersTask {
  redis: RedisPlace;
  prefix: string;
  seed: number;
  /** Which start of the simulation this is: the same seed and run would place the same orders again. */
  run: number;
  thread: number;
  threads: number;
  /** Of all threads together. */
  rate: Rate;
  speed: number;
  poisonShare: number;
  /** Whether personal data of the orders is encrypted. */
  erasure: boolean;
  /** How it logs; trouble alone, since each thread would tell the same of its start. */
  log: LoggerOptions;
}

/** What a thread has done so far. */
export interface CustomersReport {
  /** Orders that were accepted. */
  placed: number;
  /** Orders whose publishing failed: they are in the stream once, or not at all. */
  failed: number;
  poisoned: number;
  lastError: string | null;
}
