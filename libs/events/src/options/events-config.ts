import type { EventClass } from '../model/domain-event.js';

/** A command that a project adds to `events`. */
export interface ProjectCommand {
  /** What `events help` says of it, in a line. */
  summary: string;
  /** A script for Node.js, relative to the configuration file. */
  script: string;
}

/** What `events.config.mjs` of a project tells the command line, by its default export. */
export interface EventsConfig {
  /** Where Redis is, unless `--url` or `REDIS_URL` says so. */
  url?: string | undefined;
  /** Of every key, unless `--prefix` or `EVENTS_PREFIX` says so. */
  prefix?: string | undefined;
  /** The event classes, whose rules `events publish` checks payloads against. */
  events?: () => Promise<readonly EventClass[]>;
  /** Further commands, by name. */
  commands?: Readonly<Record<string, ProjectCommand>>;
}
