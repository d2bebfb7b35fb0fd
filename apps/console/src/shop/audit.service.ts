import { Injectable } from '@nestjs/common';
import { audit, RedisUnavailableError, type AuditReport } from '@shop/audit';
import { redisOf } from '@shop/service';
import { Problem } from '../access/problem.js';
import { ConsoleConfiguration } from '../configuration.js';
import type { AuditView } from '../contract/shop.js';
import { Observatory } from '../observe/observatory.js';
import { FRESH_MS } from '../observe/timing.js';

/** The audit reads whole streams. Larger ones need the command line, which does not slow down the console. */
const MAX_ENTRIES = 200_000;
/** How long an answer is reused, in milliseconds. */
const KEPT_MS = 10_000;
const SHOWN_PROBLEMS = 20;

/** Checks the laws on request; requests at the same time share one check. */
@Injectable()
export class AuditService {
  private latest: { atMs: number; view: Promise<AuditView> } | undefined;

  constructor(
    private readonly config: ConsoleConfiguration,
    private readonly observatory: Observatory,
  ) {}

  /** @throws Problem if the streams have too many entries */
  check(): Promise<AuditView> {
    if (this.latest && performance.now() - this.latest.atMs < KEPT_MS) return this.latest.view;
    const view = this.run();
    const latest = { atMs: Infinity, view };
    this.latest = latest;
    void view.then(
      () => {
        latest.atMs = performance.now();
      },
      () => {
        this.latest = undefined;
      },
    );
    return view;
  }

  private async run(): Promise<AuditView> {
    const { streams, atMs } = await this.observatory.notOlderThan(FRESH_MS);
    const entries = [...streams.values()].reduce((sum, { length }) => sum + length, 0);
    if (entries > MAX_ENTRIES) {
      throw new Problem(
        'too-much',
        `The streams hold ${entries.toLocaleString('en-US')} entries, and the console checks up to ` +
          `${MAX_ENTRIES.toLocaleString('en-US')}: run "npm run audit"`,
      );
    }
    const startedMs = performance.now();
    try {
      const report = await audit(redisOf(this.config), { prefix: this.config.EVENTS_PREFIX });
      return viewOf(report, atMs, performance.now() - startedMs);
    } catch (error) {
      if (error instanceof RedisUnavailableError) throw new Problem('redis-away', error.message);
      throw error;
    }
  }
}

function viewOf({ kept, quiet, laws, open }: AuditReport, atMs: number, tookMs: number): AuditView {
  return {
    atMs,
    tookMs,
    kept,
    quiet,
    open,
    laws: laws.map(({ law, title, checked, problems }) => ({
      law,
      title,
      checked,
      kept: problems.length === 0,
      problems: problems.slice(0, SHOWN_PROBLEMS),
      moreProblems: Math.max(0, problems.length - SHOWN_PROBLEMS),
    })),
  };
}
