import { Worker } from 'node:worker_threads';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { ORDER_STATE } from '@shop/contracts';
import { redisOf } from '@shop/service';
import { asNumber, Keyspace, RedisConnection } from 'nestjs-event-streams';
import { OrderConfiguration } from '../configuration.js';
import type { Rate } from './rate.js';
import type { CustomersReport, CustomersTask } from './task.js';

/** The answer of `GET /simulation`. */
export interface SimulationStatus {
  running: boolean;
  rate: Rate;
  speed: number;
  seed: number;
  threads: number;
  /** Orders that were accepted since the service started. */
  placed: number;
  failed: number;
  poisoned: number;
  last_error: string | null;
}

interface Thread {
  worker: Worker;
  report: CustomersReport;
  ended: Promise<void>;
}

const RESTART_DELAY_MS = 1000;

/** Runs the simulated customers: several threads that publish at once. */
@Injectable()
export class Simulation implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(Simulation.name);
  private readonly threads = new Set<Thread>();
  private readonly reports: CustomersReport[] = [];
  private rate: Rate;
  private running = false;
  /** The last start or stop. The next one waits for it. */
  private lastStep: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly config: OrderConfiguration,
    private readonly redis: RedisConnection,
    private readonly keyspace: Keyspace,
  ) {
    this.rate = config.SIMULATION_RATE;
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.config.SIMULATION_ENABLED) await this.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.stop();
  }

  /** Starts the simulation, or changes its rate. Does nothing if it is running at that rate. @default the last rate */
  start(rate = this.rate): Promise<void> {
    return this.inSequence(async () => {
      if (this.running && rate === this.rate) return;
      await this.stopCustomers();
      this.rate = rate;
      this.running = true;
      const { SIMULATION_THREADS: threads } = this.config;
      const run = await this.nextRun();
      for (let thread = 0; thread < threads; thread += 1) this.open(thread, run);
      const pace =
        rate === 'max' ? 'as many orders as the shop can handle' : `${String(rate)} orders a second on average`;
      this.logger.log(`The simulation runs: ${pace}, in ${String(threads)} threads`);
    });
  }

  /** Stops the simulation. Resolves when the last order is published. */
  stop(): Promise<void> {
    return this.inSequence(async () => {
      if (!this.running) return;
      await this.stopCustomers();
      this.logger.log('The simulation has stopped');
    });
  }

  status(): SimulationStatus {
    const { SIMULATION_SPEED: speed, SIMULATION_SEED: seed, SIMULATION_THREADS: threads } = this.config;
    const sum = (field: 'placed' | 'failed' | 'poisoned') =>
      this.reports.reduce((total, report) => total + report[field], 0);
    return {
      running: this.running,
      rate: this.rate,
      speed,
      seed,
      threads,
      placed: sum('placed'),
      failed: sum('failed'),
      poisoned: sum('poisoned'),
      last_error: this.reports.findLast(({ lastError }) => lastError !== null)?.lastError ?? null,
    };
  }

  /** The number of this start: a seed always gives the same shop, but each start must place other orders. */
  private async nextRun(): Promise<number> {
    return asNumber(await this.redis.command('INCR', this.keyspace.ofService(ORDER_STATE.simulationRuns)), 'INCR');
  }

  private open(thread: number, run: number): void {
    const { EVENTS_PREFIX, SIMULATION_SEED, SIMULATION_SPEED, SIMULATION_THREADS, SIMULATION_POISON_SHARE } =
      this.config;
    const { LOG_FORMAT, LOG_LEVEL, SHOP_ERASURE } = this.config;
    const workerData: CustomersTask = {
      redis: redisOf(this.config),
      prefix: EVENTS_PREFIX,
      seed: SIMULATION_SEED,
      run,
      thread,
      threads: SIMULATION_THREADS,
      rate: this.rate,
      speed: SIMULATION_SPEED,
      poisonShare: SIMULATION_POISON_SHARE,
      erasure: SHOP_ERASURE === 'on',
      log: { app: 'order-service', format: LOG_FORMAT, level: LOG_LEVEL === 'error' ? 'error' : 'warn' },
    };
    const worker = new Worker(new URL('./customers.js', import.meta.url), { workerData });
    const opened: Thread = {
      worker,
      report: { placed: 0, failed: 0, poisoned: 0, lastError: null },
      ended: new Promise((resolve) => {
        worker.once('exit', () => {
          resolve();
        });
      }),
    };
    this.threads.add(opened);
    this.reports.push(opened.report);
    worker.on('message', (report: CustomersReport) => Object.assign(opened.report, report));
    worker.on('error', (error: Error) => {
      opened.report.lastError = error.message;
      this.logger.error(`A thread of simulated customers failed: ${error.message}. It is restarted`);
      setTimeout(() => {
        void this.reopen(opened, thread);
      }, RESTART_DELAY_MS).unref();
    });
  }

  private reopen(failed: Thread, thread: number): Promise<void> {
    return this.inSequence(async () => {
      if (this.threads.delete(failed) && this.running) this.open(thread, await this.nextRun());
    }).catch((error: unknown) => {
      this.logger.error(`A thread of simulated customers could not be restarted: ${(error as Error).message}`);
    });
  }

  private async stopCustomers(): Promise<void> {
    this.running = false;
    for (const { worker } of this.threads) worker.postMessage('stop');
    await Promise.all([...this.threads].map(({ ended }) => ended));
    this.threads.clear();
  }

  private inSequence(step: () => Promise<void>): Promise<void> {
    const result = this.lastStep.then(step);
    this.lastStep = result.catch(() => undefined);
    return result;
  }
}
