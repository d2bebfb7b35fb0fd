import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '@shop/tools';
import { describe, expect, it } from 'vitest';
import { blocksOf, compile, fileOf } from './document-code.js';

const read = (name: string): string => readFileSync(path.join(ROOT, name), 'utf8');
const filesOf = (pattern: string): string[] =>
  execFileSync('git', ['ls-files', pattern], { cwd: ROOT, encoding: 'utf8' }).split('\n').filter(Boolean);

const FILES = filesOf('*');
/** But for the report of the public API, which is made from the code. */
const DOCUMENTS = FILES.filter((name) => name.endsWith('.md') && !name.endsWith('/api.md'));

/** A document's text, without its blocks of code. */
const proseOf = (name: string): string => read(name).replace(/^( *)```.*?^\1```$/gms, '');

/** What GitHub makes of the headings, to link to. */
function anchorsOf(name: string): string[] {
  return [...proseOf(name).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe.each(DOCUMENTS)('%s', (name) => {
  it('links to what is there', () => {
    for (const [, target = ''] of proseOf(name).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [file = '', anchor] = target.split('#');
      const linked = file === '' ? name : path.join(path.dirname(name), file);
      expect(existsSync(path.join(ROOT, linked)), target).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(linked), target).toContain(anchor);
    }
  });

  it('calls scripts that there are', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    for (const [, script = ''] of read(name).matchAll(/npm run (?:-\S+ )*([\w:]+)/g))
      expect(scripts).toHaveProperty([script]);
  });
});

it.each(['CONTRIBUTING.md', 'docs/internals/architecture.md', 'docs/internals/performance.md'])(
  '%s names files that there are',
  (name) => {
    for (const [, file = ''] of proseOf(name).matchAll(/`([\w./-]+\.(?:ts|lua|mjs|cjs|sh|yml))`/g)) {
      expect(
        FILES.some((one) => one === file || one.endsWith(`/${file}`)),
        file,
      ).toBe(true);
    }
  },
);

it('the picture of the folders has no arrow without an import', () => {
  const [, picture = ''] = /```mermaid\nflowchart TD\n(.*?)```/s.exec(read('docs/internals/architecture.md')) ?? [];
  const arrows = picture
    .replaceAll(/\[[^\]]*\]/g, '')
    .split('\n')
    .flatMap((line) => {
      const [from = [], to = []] = line.split('-->').map((side) => side.split('&').map((one) => one.trim()));
      return from.flatMap((one) => to.map((other) => [one, other] as const));
    });
  expect(arrows.length).toBeGreaterThan(10);
  for (const [from, to] of arrows) {
    const sources = filesOf(`libs/events/src/${from}/*.ts`);
    expect(
      sources.some((file) => new RegExp(`from '(\\.\\./)+${to}/`).test(read(file))),
      `${from} --> ${to}`,
    ).toBe(true);
  }
});

it('examples in TypeScript compile', () => {
  const blocks = DOCUMENTS.flatMap((name) => blocksOf(name, read(name)));
  expect(blocks.length).toBeGreaterThan(15);
  const files = blocks.map((block) => {
    const folder = block.place.startsWith('libs/') ? 'libs/events' : 'apps/payment-service';
    return [path.join(ROOT, folder, 'src', `${block.place.replaceAll(/[/:]/g, '-')}.ts`), fileOf(block)] as const;
  });
  expect(compile(new Map(files))).toEqual([]);
});

describe('docs/configuration.md', () => {
  const table = new Map(
    [...read('docs/configuration.md').matchAll(/^\| (`[^|]+`) +\| [^|]* \| ([^|]*?) +\|/gm)].flatMap(
      ([, names = '', text = '']) => {
        const all = [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => name);
        const values = text.replaceAll('`', '').split(', ');
        return all.map((name, index) => [name, values[index] ?? values[0] ?? ''] as const);
      },
    ),
  );
  const settings = [...filesOf('apps/*/src/configuration.ts'), 'libs/service/src/configuration.ts'].flatMap((file) =>
    [...read(file).matchAll(/^ {2}(override )?([A-Z_]+)(?:: [^=]+)? = (.+);$/gm)].map(
      ([, override, name = '', value = '']) => [file, name, value.replace(/^'|'$/g, ''), override] as const,
    ),
  );

  it.each(settings)('has the default of %s: %s', (_file, name, value, override) => {
    const told = table.get(name);
    expect(told).toBeDefined();
    // What an app overrides stands in words beside it.
    if (override !== undefined || value === 'DEFAULT_PREFIX') return;
    expect(told?.split('; ')[0]).toBe(value === '' ? 'none' : value.replace('_', ''));
  });

  it('has no setting that nothing reads', () => {
    const sources = ['docker-compose.yml', ...filesOf('tools/src/**/*.ts')].map(read).join('\n');
    const known = new Set(settings.map(([, name]) => name));
    for (const name of table.keys()) {
      if (!known.has(name)) expect(sources.includes(name) || /^(AUDIT|INSPECTOR)_$/.test(name), name).toBe(true);
    }
  });
});
