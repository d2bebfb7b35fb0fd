import type { GroupRow } from '../stream/questions/group-questions.js';
import type { MonitorClient } from '../stream/questions/monitor-client.js';
import type { Partitions } from '../stream/keys/partitions.js';
import { rangePages, type RangeOptions, type RangePage } from '../stream/questions/range-pages.js';
import { EntryLooks } from './entry-looks.js';
import type { MonitoredEntry } from './monitored-entry.js';
import { SurveyPlan, type Survey, type SurveyRequest } from './survey.js';

/**
 * Looks that are made each second, for the console, the command line and the simulation: they are nearer to Redis' replies than those of
 * `EventMonitor`, and cost less.
 */
export class DirectMonitor {
  private readonly looks: EntryLooks;

  constructor(
    private readonly client: MonitorClient,
    private readonly partitions: Partitions,
  ) {
    this.looks = new EntryLooks(client, partitions);
  }

  /** The groups of a stream, with a row for each of its partitions and without the age of their lag: two commands for each. */
  async positions(stream: string): Promise<GroupRow[]> {
    const rows = this.partitions.all.map((keyspace) => this.client.groups(keyspace.stream(stream)));
    return (await Promise.all(rows)).flat();
  }

  /**
   * Entries after a position of each stream, oldest first. It reads for no group, so no group misses them. With partitions, one
   * position is for all of them: entries of the same millisecond may be missing.
   *
   * @param positions by the streams' names: the id after which to read
   * @param options.count of each stream at most; with partitions, of each partition
   * @param options.wait how long to wait at the server for the first entry, and how long the answer may take beyond that. Other
   * calls on this connection wait meanwhile. @default it does not wait
   */
  after(
    positions: ReadonlyMap<string, string>,
    options: { count: number; wait?: { blockMs: number; timeoutMs: number } },
  ): Promise<Map<string, MonitoredEntry[]>> {
    return this.looks.after(positions, options.count, options.wait);
  }

  /** Entries of any stream in Redis, by its full key, page by page; they need not be events. A page is bounded in bytes. */
  pagesOf(key: string, options: RangeOptions = {}): AsyncGenerator<RangePage> {
    return rangePages(this.client, key, options);
  }

  /** Looks at several streams and at workers, usually in one round trip; with partitions, at the first of each stream. */
  async survey(request: SurveyRequest): Promise<Survey> {
    const keyspace = this.partitions.at(0);
    const plan = new SurveyPlan(keyspace, request);
    const survey = plan.read(await this.client.askAll(plan.questions));
    for (const found of survey.streams) {
      found.groups = await this.client.checked(keyspace.stream(found.stream), found.groups, plan.lastIds.get(found));
    }
    return survey;
  }
}
