import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { EventsConfig } from 'nestjs-event-streams/core';
import { textOf } from 'nestjs-event-streams/internal';
import { UsageError } from './cli-errors.js';

/** The project that the current folder belongs to. */
export interface Project {
  /** The folder of its configuration file; undefined if there is none. */
  dir: string | undefined;
  config: EventsConfig;
}

const FILE = 'events.config.mjs';

/**
 * Reads the configuration of the project that a folder belongs to, as linters and builders do: the nearest file upwards.
 *
 * @throws UsageError if the file cannot be loaded
 */
export async function loadProject(from: string): Promise<Project> {
  const dir = nearest(from);
  if (dir === undefined) return { dir, config: {} };
  const file = path.join(dir, FILE);
  try {
    const { default: config } = (await import(pathToFileURL(file).href)) as { default?: unknown };
    if (typeof config !== 'object' || config === null) throw new TypeError('its default export is not an object');
    return { dir, config };
  } catch (cause) {
    throw new UsageError(`Expected ${file} to export a configuration: ${textOf(cause, 'it throws').message}`, {
      cause,
    });
  }
}

function nearest(from: string): string | undefined {
  for (let dir = path.resolve(from); ; dir = path.dirname(dir)) {
    if (existsSync(path.join(dir, FILE))) return dir;
    if (dir === path.dirname(dir)) return undefined;
  }
}
