import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '@shop/tools';
import { expect, it } from 'vitest';

const SOURCES = path.join(ROOT, 'libs/events/src');

/** The folders of `libs/events/src`, in the order in which the rules of `.dependency-cruiser.cjs` name them. */
function foldersOfRules(): string[] {
  const rules = readFileSync(path.join(ROOT, '.dependency-cruiser.cjs'), 'utf8');
  const [, list = ''] = /const ROOMS = \[([^\]]+)\]/.exec(rules) ?? [];
  return [...list.matchAll(/'([a-z ]+)'\.split/g)].flatMap(([, some = '']) => some.split(' '));
}

it('the rules and CONTRIBUTING.md name each folder of the library, in the same order', () => {
  const folders = readdirSync(SOURCES, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const told = readFileSync(path.join(ROOT, 'CONTRIBUTING.md'), 'utf8').matchAll(/^\| `([a-z]+)` +\| \S/gm);
  expect(foldersOfRules().toSorted()).toEqual(folders.map(({ name }) => name).sort());
  expect([...told].map(([, name]) => name)).toEqual(foldersOfRules());
});
