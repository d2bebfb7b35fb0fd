import { SCRIPT_COMMANDS } from '../stream/scripts/script-commands.js';
import type { AclRole, AclScope } from './acl-scope.js';
import { patternsIn } from './acl-key-patterns.js';
import { commandsOf, scriptsOf, type AclKey, type Commands } from './acl-role-commands.js';

/**
 * The rules of a Redis user that may do what its role needs, and nothing else, for `ACL SETUSER` and ACL files. They have selectors, which
 * Redis knows from 7.0 on. Add the password, and `on`.
 *
 * @throws ConfigurationError when an option is missing that the role needs
 */
export function aclRules(role: AclRole, scope: AclScope): string[] {
  const scripts = scriptsOf(role, scope);
  const byPattern = new Map<string, Set<string>>();
  const keyless = new Set<string>();
  const add = (commands: Commands, keys: (key: AclKey) => readonly string[]): void => {
    for (const [key, names] of Object.entries(commands) as [AclKey, readonly string[]][]) {
      if (key === 'server') for (const name of names) keyless.add(name);
      for (const pattern of key === 'server' ? [] : keys(key)) {
        const own = byPattern.get(pattern) ?? new Set();
        for (const name of names) own.add(name);
        byPattern.set(pattern, own);
      }
    }
  };
  const patterns = patternsIn(role, scope);
  for (const commands of commandsOf(role, scope)) add(commands, patterns);
  for (const script of scripts) {
    // The streams that are published on may be others than those that are read.
    add(SCRIPT_COMMANDS[script], (key) => patterns(script === 'append' && key === 'stream' ? 'target' : key));
  }
  if (scripts.length > 0) for (const name of ['EVAL', 'EVALSHA']) keyless.add(name);
  // By scripts that only read, the server bounds how much it replies.
  if (role !== 'producer') keyless.add('EVAL_RO');
  const mark = scripts.length === 0 ? '%R~' : '~';
  const all = [...byPattern.keys()].sort().map((pattern) => mark + pattern);
  return [
    'resetkeys',
    'resetchannels',
    '-@all',
    ...rulesOf(keyless),
    ...all,
    ...selectors(byPattern, scripts.length === 0),
  ];
}

/** Commands that are sent with several keys at once: one selector must allow all of these. */
const ON_SEVERAL_KEYS: ReadonlySet<string> = new Set(['XREADGROUP', 'XREAD']);

/** A selector for each set of commands, with all keys that may have these commands. @param isLooking whether nothing is written */
function selectors(byPattern: ReadonlyMap<string, ReadonlySet<string>>, isLooking: boolean): string[] {
  const byRules = new Map<string, string[]>();
  const add = (commands: ReadonlySet<string>, pattern: string): void => {
    const rules = rulesOf(commands).join(' ');
    const own = byRules.get(rules);
    if (own) own.push(pattern);
    else if (rules !== '') byRules.set(rules, [pattern]);
  };
  for (const [pattern, commands] of [...byPattern].sort(([one], [other]) => (one < other ? -1 : 1))) {
    for (const command of commands) if (ON_SEVERAL_KEYS.has(command)) add(new Set([command]), pattern);
    add(new Set([...commands].filter((command) => !ON_SEVERAL_KEYS.has(command))), pattern);
  }
  const mark = isLooking ? '%R~' : '~';
  return [...byRules].map(([rules, keys]) => `(-@all ${rules} ${keys.map((key) => mark + key).join(' ')})`);
}

function rulesOf(commands: ReadonlySet<string>): string[] {
  return [...commands].sort().map((command) => `+${command.toLowerCase()}`);
}
