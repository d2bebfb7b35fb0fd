import { DEFAULT_PREFIX } from '@shop/contracts/facts';
import type { RedisPlace } from 'nestjs-event-streams/address';
import { withRedis } from './connection.js';
import type { LawResult } from './laws/law.js';
import { LAWS } from './laws/laws.js';
import { isQuiet, openWork, type OpenWork } from './quiet.js';
import { takeSnapshot, type Snapshot } from './snapshot.js';
import { summarize, type AuditSummary } from './summary.js';

/** What {@link audit} takes. */
export interface AuditOptions {
  /** Prefix of the shop's keys. @default ecommerce */
  prefix?: string | undefined;
}

/** What the audit found. */
export interface AuditReport {
  prefix: string;
  /** Whether every law is kept. */
  kept: boolean;
  /** Whether every group was done when the shop was read; if not, a law can look broken that is not. */
  quiet: boolean;
  /** What the groups had still to do. */
  open: OpenWork[];
  summary: AuditSummary;
  laws: LawResult[];
}

/**
 * Checks the laws of the shop from its streams and read models alone, and changes nothing.
 *
 * @throws RedisGoneError when Redis is not there
 */
export async function audit(redis: RedisPlace, { prefix = DEFAULT_PREFIX }: AuditOptions = {}): Promise<AuditReport> {
  return judge(await withRedis(redis, (client) => takeSnapshot(client, prefix)));
}

/** The report on a snapshot. Pure. */
export function judge(snapshot: Snapshot): AuditReport {
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
