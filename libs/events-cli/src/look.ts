import { type MonitoredGroup, timeOfEntryId, type ConsumerRow } from 'nestjs-event-streams/core';
import { Rates } from 'nestjs-event-streams/internal';
import type { Session } from './session.js';

/** A group at one moment. */
export interface GroupLook extends Omit<MonitoredGroup, 'consumers'> {
  consumerCount: number;
  /** Only where they were asked for. */
  consumers: ConsumerRow[];
  /** How old the oldest entry is that is delivered and not settled, in milliseconds; 0 when there is none. */
  oldestPendingMs: number;
  /** Entries that it was given per second since the last look; null at the first, and where Redis knows no lag. */
  ratePerSecond: number | null;
}

/** A stream at one moment. */
export interface StreamLook {
  name: string;
  length: number;
  deadLetters: number;
  /** Entries that were appended per second since the last look; null at the first. */
  ratePerSecond: number | null;
  groups: GroupLook[];
}

/** Looks at streams again and again, and tells how fast they move. */
export class Watcher {
  private readonly lags = new Rates();

  constructor(private readonly session: Session) {}

  /** @param withConsumers whether to ask for the consumers of each group */
  look(streams: readonly string[], { withConsumers }: { withConsumers: boolean }): Promise<StreamLook[]> {
    return Promise.all(
      streams.map(async (stream) => {
        const { name, length, deadLetters, ratePerSecond, groups } = await this.session.monitor.stream(stream);
        const looks = await lookAtGroups(this.session, stream, groups, withConsumers);
        return {
          name,
          length,
          deadLetters,
          ratePerSecond,
          groups: looks.map((group) => ({ ...group, ratePerSecond: this.rate(stream, group, ratePerSecond) })),
        };
      }),
    );
  }

  /** What came in, less what the lag has grown by. */
  private rate(stream: string, { name, lag }: { name: string; lag: number | null }, added: number | null) {
    const growth = this.lags.look(`${stream} ${name}`, lag);
    return growth === null || added === null ? null : Math.max(0, added - growth);
  }
}

/** The groups of a stream, with how long they have had what they hold. */
export async function lookAtGroups(
  session: Session,
  stream: string,
  groups: readonly MonitoredGroup[],
  withConsumers: boolean,
): Promise<Omit<GroupLook, 'ratePerSecond'>[]> {
  const { monitor } = session;
  const nowMs = await session.now();
  return Promise.all(
    groups.map(async ({ consumers: consumerCount, ...group }) => {
      const first = group.pending > 0 ? (await monitor.pending(stream, group.name)).first : null;
      const oldestPendingMs = first === null ? 0 : Math.max(0, nowMs - timeOfEntryId(first));
      const consumers = withConsumers ? await monitor.consumers(stream, group.name) : [];
      return { ...group, consumerCount, consumers, oldestPendingMs };
    }),
  );
}
