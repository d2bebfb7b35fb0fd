import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';

const NAMES = [
  'append',
  'settle',
  'acknowledge',
  'claim',
  'renew',
  'leave',
  'sweep',
  'trim',
  'take-dead-letter',
] as const;

/** The name of a script: its file's in `lua/`, whose header says what it takes and replies. */
export type ScriptName = (typeof NAMES)[number];

type Script = (keyCount: number, keys: readonly string[], values: readonly (string | number)[]) => Promise<unknown>;

const SOURCES = Object.fromEntries(NAMES.map((name) => [name, sourceOf(name)])) as Record<ScriptName, string>;

const commandOf = (name: ScriptName): string => `eventStreams:${name}`;

/** Runs a script on a client; it is sent whole once for each connection, and by its hash after that. */
export function runScript(
  client: Redis,
  name: ScriptName,
  keys: readonly string[],
  values: readonly (string | number)[],
): Promise<unknown> {
  const command = commandOf(name);
  const scripted = client as unknown as Record<string, Script | undefined>;
  if (!scripted[command]) client.defineCommand(command, { lua: SOURCES[name] });
  const script = scripted[command] as Script;
  // As two arrays: a call cannot take the values of a large transaction one by one.
  return script.call(client, keys.length, keys, values);
}

/** A file of `lua/`, with those that it includes: Redis' scripts know no modules. */
function sourceOf(name: string): string {
  const source = readFileSync(new URL(`../../lua/${name}.lua`, import.meta.url), 'utf8');
  return source.replace(/^-- @include (.+)$/gm, (_, included: string) => sourceOf(included));
}
