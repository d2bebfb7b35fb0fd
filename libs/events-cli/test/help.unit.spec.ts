import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../src/commands.js';
import { helpOf, overview } from '../src/help.js';
import { PLAIN } from '../src/terminal/paint.js';

describe('the help', () => {
  it.each(COMMANDS.map((command) => [command.name, command] as const))('explains %s', (name, command) => {
    const lines = helpOf(command, PLAIN);
    expect(lines[0]).toContain(`Usage: events ${name}`);
    for (const part of ['Options of every command', 'Examples', 'The same with redis-cli'])
      expect(lines).toContain(part);
    for (const option of Object.keys(command.options)) expect(lines.join('\n')).toContain(`--${option}`);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(120);
  });

  it.each(COMMANDS.map((command) => [command.name, command] as const))(
    'has examples of %s that can be parsed',
    (name, command) => {
      for (const [line] of command.examples) {
        const words = /events ([^|]*?)(\||$)/.exec(line)?.[1]?.trim() ?? '';
        expect(words.startsWith(name), line).toBe(true);
        const argv = (words.slice(name.length).match(/'[^']*'|"[^"]*"|[^\s'"]+/g) ?? []).map((word) =>
          word.replace(/^['"]|['"]$/g, ''),
        );
        expect(() => command.parse(argv), line).not.toThrow();
      }
    },
  );

  it('covers the same commands as the README', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const listed = [...readme.matchAll(/^\| `([a-z][a-z -]*?)(?= [[<-]|`)/gm)].map(([, name]) => name);
    expect(listed).toEqual([...COMMANDS.map(({ name }) => name), 'help']);
  });

  it('covers the same options of acl as the page on Redis users', () => {
    const page = readFileSync(new URL('../../events/docs/redis.md', import.meta.url), 'utf8');
    const { options } = COMMANDS.find(({ name }) => name === 'acl') ?? { options: {} };
    for (const option of Object.keys(options)) expect(page).toContain(`--${option}`);
  });

  it('lists the commands of a project, with control characters escaped', () => {
    const lines = overview(COMMANDS, { audit: { summary: 'the \u001b[2Jbooks', script: 'audit.mjs' } }, PLAIN);
    expect(lines.join('')).toContain(String.raw`audit  the \u001b[2Jbooks`);
  });
});
