import { Injectable } from '@nestjs/common';
import { bounded } from 'nestjs-event-streams/text';
import { EventMonitor, timeOfEntryId, type RangeOptions } from 'nestjs-event-streams';
import { directMonitorOf, Keyspace, type RangePage } from 'nestjs-event-streams/internal';
import type { ActionEntry, ActionPage } from '../contract/actions.js';

const DEFAULT_COUNT = 50;
/** How much is read of an entry, in bytes: entries of a console are smaller. */
const WHOLE_BYTES = 64 * 1024;
const MAX_TEXT_LENGTH = 4000;
const MAX_IDS = 1000;
/** How many entries after a page are searched for the outcomes of its actions. */
const MAX_LATER = 1000;
/** How many entries one page reads: not all of them need to be actions. */
const MAX_READ = 20_000;

type Fields = ReadonlyMap<string, string>;
interface Entry {
  id: string;
  fields: Fields;
}

/** Reads the log of actions. */
@Injectable()
export class ActionReader {
  constructor(
    private readonly monitor: EventMonitor,
    private readonly keyspace: Keyspace,
  ) {}

  /** Actions, latest first. @param cursor the `next` of the page before */
  async page(cursor: string | undefined, count = DEFAULT_COUNT): Promise<ActionPage> {
    const outcomes = new Map<string, Fields>();
    // An outcome is newer than its action: the outcomes of this page can be on the previous page.
    if (cursor !== undefined) await this.collectAfter(cursor, outcomes);
    const actions: ActionEntry[] = [];
    let read = 0;
    const range: RangeOptions = { order: 'newest-first', ...(cursor === undefined ? {} : { to: `(${cursor}` }) };
    for await (const { id, fields } of this.entries(range)) {
      read += 1;
      const of = fields.get('of');
      if (of !== undefined) outcomes.set(of, fields);
      else actions.push(actionOf(id, fields, outcomes.get(id)));
      if (actions.length >= count || read >= MAX_READ) return { actions, next: id };
    }
    return { actions, next: null };
  }

  private async collectAfter(id: string, outcomes: Map<string, Fields>): Promise<void> {
    let left = MAX_LATER;
    for await (const { fields } of this.entries({ from: id })) {
      const of = fields.get('of');
      if (of !== undefined) outcomes.set(of, fields);
      left -= 1;
      if (left <= 0) return;
    }
  }

  private async *entries(range: RangeOptions): AsyncGenerator<Entry> {
    const pages: AsyncGenerator<RangePage> = directMonitorOf(this.monitor).pagesOf(this.keyspace.operatorActions(), {
      wholeBytes: WHOLE_BYTES,
      ...range,
    });
    for await (const { entries } of pages) {
      for (const { id, fields } of entries) yield { id, fields: mapOf(fields ?? []) };
    }
  }
}

function mapOf(fields: readonly string[]): Fields {
  const map = new Map<string, string>();
  for (let index = 0; index + 1 < fields.length; index += 2) map.set(fields[index] ?? '', fields[index + 1] ?? '');
  return map;
}

function actionOf(id: string, fields: Fields, ended: Fields | undefined): ActionEntry {
  const text = (name: string): string => bounded(fields.get(name) ?? '', MAX_TEXT_LENGTH);
  const phase = ended?.get('phase');
  const ids = (fields.get('ids') ?? '').split(' ').filter((one) => one !== '');
  return {
    id,
    atMs: timeOfEntryId(id),
    action: text('action') as ActionEntry['action'],
    target: text('target'),
    ids: ids.slice(0, MAX_IDS),
    count: Number(fields.get('count')) || 0,
    details: text('details'),
    why: text('why'),
    by: text('by'),
    isVerified: fields.get('verified') === 'true',
    role: fields.get('role') === 'viewer' ? 'viewer' : 'operator',
    address: text('address'),
    outcome: phase === 'done' || phase === 'failed' ? phase : null,
    result: bounded(ended?.get('result') ?? '', MAX_TEXT_LENGTH),
  };
}
