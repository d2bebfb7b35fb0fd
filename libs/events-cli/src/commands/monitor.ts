import { isOutage } from 'nestjs-event-streams/core';
import { defineCommand } from '../command.js';
import { pause, type Context } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { Watcher, type StreamLook } from '../look.js';
import { monitorLines, type MonitorPicture } from '../monitor-view.js';
import { Screen } from '../terminal/screen.js';
import { timeOfDay } from '../terminal/text.js';
import { durationOption } from '../values.js';

/** How often it is looked for streams that are new: that goes through all keys. */
const SEARCH_EVERY_MS = 15_000;

/** `events monitor` */
export const monitor = defineCommand({
  name: 'monitor',
  usage: '[stream…]',
  summary: 'a live table of streams, groups and consumers',
  about: `
What top is to processes. For each stream how long it is, how many events come in a second, and how many dead
letters it has; for each group how many events it takes in a second, how many it has not been given yet (LAG) and
how old the oldest of them is (BEHIND), what it was given and has not settled (PENDING) and how old the oldest of
that is (OLDEST). For each consumer, when it last asked for anything (SEEN).

A lag that Redis does not know is shown as ?. Keys: q quits, p pauses, c shows or hides consumers, arrows scroll.
Without a terminal, or with --json, each look is written after the other. When Redis goes away it waits for it.`,
  words: [0, 100],
  options: {
    once: { type: 'boolean', what: 'one look (two, an interval apart, so that there are rates)' },
    interval: { type: 'string', value: '<time>', what: 'between two looks (1s)' },
    'no-consumers': { type: 'boolean', what: 'without the consumers of each group' },
  },
  examples: [
    ['events monitor', 'the table, until q or Ctrl-C'],
    ['events monitor orders payments --interval 5s', 'two streams, every five seconds'],
    ["events monitor --once --json | jq '.streams[].groups[]'", 'one look, for a program'],
  ],
  redis: [
    ['SCAN 0 MATCH <prefix>:* TYPE stream', 'which streams there are'],
    ['XINFO STREAM <key>', 'length, and how many were ever appended'],
    ['XINFO GROUPS <key>', 'lag, pending, last delivered id'],
    ['XREVRANGE <key> + - COUNT 1', 'the last entry, which lags are checked against'],
    ['XINFO CONSUMERS <key> <group>', 'consumers, what they hold, when they were seen'],
    ['XPENDING <key> <group>', 'the oldest pending id'],
    ['XRANGE <key> (<last delivered id> + COUNT 1', 'the oldest that was not delivered'],
    ['XLEN <key>:dead-letters', 'how many dead letters there are'],
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

  /** One look after the other, for programs and files. */
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

  /** The whole terminal. */
  async live(): Promise<number> {
    const { output, session, stdin, signal: interrupted } = this.context;
    // Before the terminal is taken: a stream that is not there is said where one can read it.
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
    // What is written beside the picture would spoil it.
    session.onOutage = (message, isOver) => {
      this.outage = isOver ? undefined : `${message}. This is how it was.`;
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
    const note = this.outage ?? (this.isPaused ? 'Paused; p goes on.' : undefined);
    return monitorLines({ ...this.picture, note }, { width, height, scroll: this.scroll, paint });
  }

  /** Looks; what is shown stays as it was while Redis is away, which the session tells. */
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
      // What was asked for by name and is gone now may come back.
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
