import { isOutage } from 'nestjs-event-streams/core';
import { defineCommand } from '../command.js';
import { pause, type Context } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { Watcher, type StreamLook } from '../look.js';
import { monitorLines, type MonitorPicture } from '../monitor-view.js';
import { Screen } from '../terminal/screen.js';
import { timeOfDay } from '../terminal/text.js';
import { durationOption } from '../values.js';

/** How often new streams are searched for, which scans all keys. */
const SEARCH_EVERY_MS = 15_000;

/** `events monitor` */
export const monitor = defineCommand({
  name: 'monitor',
  usage: '[stream…]',
  summary: 'show streams, groups and consumers as a live table',
  about: `
Columns:

  LENGTH    entries in the stream
  RATE/S    events per second: appended to the stream, or settled by the group
  LAG       events that were not delivered to the group yet; ? if Redis does not know
  BEHIND    age of the oldest of them
  PENDING   events that were delivered and are not settled
  OLDEST    age of the oldest of them
  DEAD      dead letters of the stream
  SEEN      time since the consumer last asked for events

Keys: q quits, p pauses, c shows or hides consumers, arrows scroll. Without a terminal, or with --json, each refresh is
printed below the last one. If Redis becomes unavailable, monitor waits and then continues.`,
  words: [0, 100],
  options: {
    once: { type: 'boolean', what: 'print the table once, after one interval, which rates need' },
    interval: { type: 'string', value: '<time>', what: 'time between two refreshes (1s)' },
    'no-consumers': { type: 'boolean', what: 'leave out the consumers of each group' },
  },
  examples: [
    ['events monitor', 'shows the table until q or Ctrl-C'],
    ['events monitor orders payments --interval 5s', 'shows two streams, every five seconds'],
    ["events monitor --once --json | jq '.streams[].groups[]'", 'prints the groups once, for a program'],
  ],
  redis: [
    ['SCAN 0 MATCH <prefix>:* TYPE stream', 'the names of the streams'],
    ['XINFO STREAM <key>', 'length, and the number of entries ever appended'],
    ['XINFO GROUPS <key>', 'lag, pending, last delivered id'],
    ['XREVRANGE <key> + - COUNT 1', 'the last entry, to check the lag'],
    ['XINFO CONSUMERS <key> <group>', 'the consumers of a group, their pending events, and when they were seen'],
    ['XPENDING <key> <group>', 'the oldest pending id'],
    ['XRANGE <key> (<last delivered id> + COUNT 1', 'the oldest entry that was not delivered'],
    ['XLEN <key>:dead-letters', 'the number of dead letters'],
  ],
  async run(context, words, options) {
    const everyMs = durationOption('interval', options.interval ?? '1s', 100);
    const loop = new Monitor(context, words, everyMs, options['no-consumers'] !== true);
    if (options.once) return loop.once();
    return context.json || !context.output.isTerminal ? loop.lines() : loop.live();
  },
});

class Monitor {
  private readonly watcher: Watcher;
  private names: string[] = [];
  private searchedMs = -Infinity;
  private picture: MonitorPicture;
  private scroll = 0;
  private isPaused = false;
  private outage: string | undefined;

  constructor(
    private readonly context: Context,
    private readonly given: readonly string[],
    private readonly everyMs: number,
    private withConsumers: boolean,
  ) {
    const { address, prefix } = context.session;
    this.watcher = new Watcher(context.session);
    this.picture = { address, prefix, clock: '', streams: [] };
  }

  async once(): Promise<number> {
    await this.look();
    await pause(this.everyMs, this.context.signal);
    await this.write(await this.look());
    return EXIT.ok;
  }

  /** Prints one look after the other, for programs and files. */
  async lines(): Promise<number> {
    const { signal, output, json } = this.context;
    for (let isFirst = true; !signal.aborted; isFirst = false) {
      const streams = await this.lookOrWait();
      if (streams) {
        if (!isFirst && !json) await output.line('');
        await this.write(streams);
      }
      await pause(this.everyMs, signal);
    }
    return EXIT.ok;
  }

  /** Shows the table on the whole terminal. */
  async live(): Promise<number> {
    const { output, session, stdin, signal: interrupted } = this.context;
    // Before the screen is taken: if a stream does not exist, the error must stay readable.
    await this.look();
    const quit = new AbortController();
    const signal = AbortSignal.any([interrupted, quit.signal]);
    using screen = new Screen(output, stdin, (key) => {
      if (key === 'q' || key === 'ctrl-c') quit.abort();
      if (key === 'p') this.isPaused = !this.isPaused;
      if (key === 'c') this.withConsumers = !this.withConsumers;
      if (key === 'down') this.scroll += 1;
      if (key === 'up') this.scroll = Math.max(0, this.scroll - 1);
      void screen.draw(this.frame());
    });
    const redraw = (): void => void screen.draw(this.frame());
    process.stdout.on('resize', redraw);
    // Text written beside the table would spoil it.
    session.onOutage = (message, isOver) => {
      this.outage = isOver ? undefined : `${message}. The table shows the last state.`;
      redraw();
    };
    try {
      while (!signal.aborted) {
        if (!this.isPaused) await this.lookOrWait();
        await screen.draw(this.frame());
        await pause(this.everyMs, signal);
      }
    } finally {
      session.onOutage = () => undefined;
      process.stdout.off('resize', redraw);
    }
    return EXIT.ok;
  }

  private frame(): string[] {
    const { width = 80, height, paint } = this.context.output;
    const note = this.outage ?? (this.isPaused ? 'Paused; press p to continue.' : undefined);
    return monitorLines({ ...this.picture, note }, { width, height, scroll: this.scroll, paint });
  }

  /** Looks. While Redis is away the table stays as it was; the session reports the outage. */
  private async lookOrWait(): Promise<StreamLook[] | undefined> {
    try {
      return await this.look();
    } catch (error) {
      if (!isOutage(error) && !this.context.signal.aborted) throw error;
      return undefined;
    }
  }

  private async look(): Promise<StreamLook[]> {
    const { session } = this.context;
    if (performance.now() - this.searchedMs > SEARCH_EVERY_MS) {
      // A stream that was asked for by name and is gone may come back.
      this.names = this.names.length > 0 && this.given.length > 0 ? this.names : await session.streams(this.given);
      this.searchedMs = performance.now();
    }
    const streams = await this.watcher.look(this.names, { withConsumers: this.withConsumers });
    const clock = timeOfDay(Date.now()).slice(0, 8);
    this.picture = { address: session.address, prefix: session.prefix, clock, streams };
    return streams;
  }

  private async write(streams: readonly StreamLook[]): Promise<void> {
    const { output, json, session } = this.context;
    if (json) {
      const at = new Date().toISOString();
      await output.row({ at, redis: session.address, prefix: session.prefix, streams });
    } else {
      const { width, paint } = output;
      await output.lines(monitorLines(this.picture, { ...(width === undefined ? {} : { width }), paint }));
    }
  }
}
