import { describe, expect, it } from 'vitest';
import { SCRIPT_COMMANDS } from '../src/stream/scripts/script-commands.js';
import { sourceOfScript } from '../src/stream/scripts/scripts.js';
import type { Commands, ScriptName } from '../src/stream/scripts/script-commands.js';

/** What a script calls by name: in a call, or as the first word of a command that is put together. */
const CALLED = /redis\.p?call\('([A-Z]+)'(?:, '([A-Z]+)')?|\{ '([A-Z]{3,})', (?:''|KEYS|key)/g;
const WITH_SUBCOMMANDS = new Set(['XGROUP', 'XINFO']);

function calledBy(name: ScriptName): Set<string> {
  const found = new Set<string>();
  for (const [, command, second, built] of sourceOfScript(name).matchAll(CALLED)) {
    const first = command ?? built ?? '';
    found.add(WITH_SUBCOMMANDS.has(first) ? `${first}|${second ?? ''}` : first);
  }
  return found;
}

describe('the list of what scripts call', () => {
  it.each(Object.keys(SCRIPT_COMMANDS) as ScriptName[])('has all of %s, and no more', (name) => {
    const { state = [], ...own }: Commands = SCRIPT_COMMANDS[name];
    const listed = new Set(Object.values(own).flat());
    const called = calledBy(name);
    // What a transaction asks for comes with the call.
    expect([...called].filter((command) => !listed.has(command) && !state.includes(command))).toEqual([]);
    const byCall = new Set([...state, ...(own.replays ?? [])]);
    expect([...listed].filter((command) => !called.has(command) && !byCall.has(command))).toEqual([]);
  });

  it('is what a script asks about before it writes', () => {
    for (const name of Object.keys(SCRIPT_COMMANDS) as ScriptName[]) {
      const source = sourceOfScript(name);
      expect(source).not.toMatch(/^-- @/m);
      expect(source.split('local function lacking(')).toHaveLength(2);
      expect(source).toMatch(/[^n] lacking\('|= lacking\(|\blacking\(command/);
    }
  });
});
