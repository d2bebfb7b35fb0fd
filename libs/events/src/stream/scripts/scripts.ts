import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Link } from '../../connection/connection.js';
import type { Argument, RedisCommand } from '../../connection/encode-command.js';
import { redisReply } from '../../connection/redis-reply.js';
import { isForbidden } from '../../model/errors/redis.js';
import { allRightsInLua, rightsInLua, SCRIPT_COMMANDS, type ScriptName } from './script-commands.js';
import { MAX_VALUES } from './server-limits.js';

interface Script {
  source: string;
  /** SHA-1, by which Redis knows it. */
  hash: string;
}

/** What scripts know by `-- @constant NAME`. */
const CONSTANTS: Readonly<Record<string, string>> = {
  MAX_VALUES: String(MAX_VALUES),
  PARKED_COMMANDS: listInLua(SCRIPT_COMMANDS.settle.parked),
  DEAD_LETTER_COMMANDS: listInLua(SCRIPT_COMMANDS.settle.deadLetters),
};

/** Scripts that reply what others have written: as bytes, since it need not be text. */
const WITH_BYTES: ReadonlySet<ScriptName> = new Set([
  'pending-of-consumer',
  'claim',
  'resume',
  'take-waiting',
  'read-partition',
  'read-many',
]);

const NAMES = Object.keys(SCRIPT_COMMANDS) as ScriptName[];

const SCRIPTS = Object.fromEntries(NAMES.map((name) => [name, scriptOf(name)])) as Record<ScriptName, Script>;

/** A script as Redis gets it. */
export function sourceOfScript(name: ScriptName): string {
  return SCRIPTS[name].source;
}

/** Scripts that look and change nothing. They go to Redis whole, among other questions: nothing has to be loaded for them. */
export const PEEK = sourceOf('peek');
export const PEEK_STREAM = sourceOf('peek-stream');

/** What was sent whole over a connection: from then on the hash will do. */
const sentOver = new WeakMap<object, Set<ScriptName>>();

/**
 * Runs a script; it is sent whole once over each connection, and by its hash after that.
 *
 * @throws Redis' own error when it refuses it; where its user lacks a right, nothing was written, and the error names it
 */
export async function runScript(
  link: Link,
  name: ScriptName,
  keys: readonly string[],
  values: readonly Argument[],
): Promise<unknown> {
  const { source, hash } = SCRIPTS[name];
  try {
    const { session } = link;
    const sent = sentOver.get(session) ?? new Set();
    if (!sent.has(name)) {
      sentOver.set(session, sent.add(name));
      return await send(link, name, ['EVAL', source, keys.length, ...keys, ...values]);
    }
    try {
      return await send(link, name, ['EVALSHA', hash, keys.length, ...keys, ...values]);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return await send(link, name, ['EVAL', source, keys.length, ...keys, ...values]); // they were flushed
    }
  } catch (error) {
    throw isForbidden(error) ? await named(link, name, keys, error as Error) : error;
  }
}

function send(link: Link, name: ScriptName, command: RedisCommand): Promise<unknown> {
  return WITH_BYTES.has(name) ? link.sendForBytes(command) : link.send(command);
}

/** How servers after Redis 7.0, and Valkey, begin what they say of a command within a script. */
const IN_SCRIPT = 'ERR ACL failure in script: ';

/** What a user lacks, in the same words from every server; Redis 7.0 says only that it is something. */
async function named(link: Link, name: ScriptName, keys: readonly string[], error: Error): Promise<Error> {
  if (error.message.startsWith('NOPERM')) return error;
  if (error.message.startsWith(IN_SCRIPT)) return redisReply(error.message.replace(IN_SCRIPT, 'NOPERM '));
  const question = `${rightsInLua(name)}\nreturn firstLacking(KEYS[1])`;
  const lacking = await link.send(['EVAL', question, keys.length, ...keys]).catch(() => null);
  return typeof lacking === 'string' ? redisReply(lacking) : error;
}

function scriptOf(name: ScriptName): Script {
  // What a script may do is its own, whatever the file that asks about it.
  const source = sourceOf(name)
    .replace(/^-- @rights$/m, () => rightsInLua(name))
    .replace(/^-- @all-rights$/m, () => `${rightsInLua(name)}\n${allRightsInLua(name)}`);
  return { source, hash: createHash('sha1').update(source).digest('hex') };
}

function listInLua(values: readonly string[] = []): string {
  return `{ ${values.map((value) => `'${value}'`).join(', ')} }`;
}

/** A file of `lua/`, with what it includes and the constants that it names: Redis' scripts know no modules. */
function sourceOf(name: string): string {
  const source = readFileSync(new URL(`../../../lua/${name}.lua`, import.meta.url), 'utf8');
  return (
    source
      // Flags are for the whole, and stand in its first line.
      .replace(/^-- @include (.+)$/gm, (_, included: string) => sourceOf(included).replace(/^#!.*/, ''))
      .replace(/^-- @constant (.+)$/gm, (_, constant: string) => `local ${constant} = ${CONSTANTS[constant] ?? ''}`)
  );
}
