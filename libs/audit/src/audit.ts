import { DEFAULT_PREFIX } from '@shop/contracts/facts';
import type { RedisPlace } from 'nestjs-event-streams/internal/address';
import { withRedis } from './connection.js';
import type { LawResult } from './laws/law.js';
import { LAWS } from './laws/laws.js';
import { isQuiet, openWork, type OpenWork } from './quiet.js';
import { takeSnapshot, type Snapshot } from './snapshot.js';
import { summarize, type AuditSummary } from './summary.js';

/** Options of {@link audit}. */
export interface AuditOptions {
  /** The prefix of the shop's keys. @default ecommerce */
  prefix?: string | undefined;
}

/** The result of the audit. */
export interface AuditReport {
  prefix: string;
  /** Whether every law is kept. */
  kept: boolean;
  /** Whether all groups had settled everything when the shop was read. If not, a law can seem broken although it is kept. */
  quiet: boolean;
  /** The work that the groups had not done yet. */
  open: OpenWork[];
  summary: AuditSummary;
  laws: LawResult[];
}

/**
 * Checks the laws of the shop by its streams and read models only. Changes nothing.
 *
 * @throws RedisUnavailableError if Redis cannot be reached
 */
export async function audit(redis: RedisPlace, { prefix = DEFAULT_PREFIX }: AuditOptions = {}): Promise<AuditReport> {
  return checkSnapshot(await withRedis(redis, (client) => takeSnapshot(client, prefix)));
}

/** Checks the laws on a snapshot. Pure. */
export function checkSnapshot(snapshot: Snapshot): AuditReport {
  const laws = LAWS.map((law) => law(snapshot));
  return {
    prefix: snapshot.prefix,
    kept: laws.every(({ problems }) => problems.length === 0),
    quiet: isQuiet(snapshot.streams),
    open: openWork(snapshot.streams),
    summary: summarize(snapshot),
    laws,
  };
}
