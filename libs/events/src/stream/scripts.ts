import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import { EncodedCommand, type Argument } from '../connection/encoded-command.js';
import { MOST_VALUES } from './server-limits.js';

const NAMES = [
  'append',
  'settle',
  'acknowledge',
  'claim',
  'look',
  'own',
  'end-alone',
  'set-aside',
  'take-up',
  'renew',
  'leave',
  'sweep',
  'trim',
  'take-dead-letter',
  'heartbeat',
  'acquire-lease',
  'renew-lease',
  'release-lease',
  'read-partition',
  'settle-fenced',
  'acknowledge-fenced',
] as const;

/** The name of a script: its file's in `lua/`, whose header says what it takes and replies. */
export type ScriptName = (typeof NAMES)[number];

interface Script {
  source: string;
  /** SHA-1, by which Redis knows it. */
  hash: string;
}

/** What scripts know by `-- @constant NAME`. */
const CONSTANTS: Readonly<Record<string, number>> = { MOST_VALUES };

const SCRIPTS = Object.fromEntries(NAMES.map((name) => [name, scriptOf(name)])) as Record<ScriptName, Script>;

/** What was sent whole over a connection: from then on the hash will do. */
const sentOver = new WeakMap<object, Set<ScriptName>>();

/** Runs a script on a client; it is sent whole once for each connection, and by its hash after that. */
export async function runScript(
  client: Redis,
  name: ScriptName,
  keys: readonly string[],
  values: readonly Argument[],
): Promise<unknown> {
  const { source, hash } = SCRIPTS[name];
  const send = async (name: string, script: string): Promise<unknown> => {
    const command = new EncodedCommand(name, [script, keys.length, ...keys, ...values]);
    const reply: unknown = await client.sendCommand(command);
    command.recycle();
    return reply;
  };
  const sent = sentOver.get(client.stream) ?? new Set();
  if (!sent.has(name)) {
    sentOver.set(client.stream, sent.add(name));
    return send('EVAL', source);
  }
  try {
    return await send('EVALSHA', hash);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return send('EVAL', source); // they were flushed
  }
}

function scriptOf(name: string): Script {
  const source = sourceOf(name);
  return { source, hash: createHash('sha1').update(source).digest('hex') };
}

/** A file of `lua/`, with what it includes and the constants that it names: Redis' scripts know no modules. */
function sourceOf(name: string): string {
  const source = readFileSync(new URL(`../../lua/${name}.lua`, import.meta.url), 'utf8');
  return (
    source
      // Flags are for the whole, and stand in its first line.
      .replace(/^-- @include (.+)$/gm, (_, included: string) => sourceOf(included).replace(/^#!.*/, ''))
      .replace(/^-- @constant (.+)$/gm, (_, constant: string) => `local ${constant} = ${String(CONSTANTS[constant])}`)
  );
}
