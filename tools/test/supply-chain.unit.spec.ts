import { describe, expect, it } from 'vitest';
import { checkSupplyChain, productionOf } from '../src/supply-chain/check.js';

const component = (licence: string | undefined, isDevelopment = false) => ({
  'bom-ref': 'thing@1.2.3',
  name: 'thing',
  version: '1.2.3',
  ...(licence === undefined ? {} : { licenses: [licence.includes(' ') ? { expression: licence } : { license: { id: licence } }] }), // prettier-ignore
  properties: isDevelopment ? [{ name: 'cdx:npm:package:development', value: 'true' }] : [],
});
const problemsOf = (
  components: ReturnType<typeof component>[],
  packages: Parameters<typeof checkSupplyChain>[0]['packages'] = {},
  npmrc = 'fund=false\nignore-scripts=true\n',
) => checkSupplyChain({ bill: { components }, packages, npmrc });

describe('the supply chain', () => {
  it.each(['MIT', '(MIT OR GPL-3.0-only)', '(Apache-2.0 AND MIT)'])('allows %s', (licence) => {
    expect(problemsOf([component(licence)])).toEqual([]);
  });

  it.each(['GPL-3.0-only', '(MIT AND GPL-3.0-only)', 'SEE LICENSE IN LICENSE.md', undefined])(
    'refuses %s',
    (licence) => {
      expect(problemsOf([component(licence, true)])).toEqual([
        expect.stringMatching(/^thing 1\.2\.3: its licence is .* not on the list for development /),
      ]);
    },
  );

  it('allows some licences in development only', () => {
    expect(problemsOf([component('MPL-2.0', true)])).toEqual([]);
    expect(problemsOf([component('MPL-2.0')])).toHaveLength(1);
  });

  it('rejects a new install script, and names its package', () => {
    const locked = { version: '1.0.0', integrity: 'sha512-x', hasInstallScript: true };
    const packages = { 'node_modules/nx': locked, 'node_modules/a/node_modules/@b/miner': locked };
    expect(problemsOf([], packages)).toEqual([expect.stringMatching(/^@b\/miner 1\.0\.0 has an install script/)]);
  });

  it('rejects a package that is not locked, or not from the registry, but no link', () => {
    const packages = {
      '': {},
      'libs/events': {},
      'node_modules/own': { link: true, resolved: 'libs/own' },
      'node_modules/a': { integrity: 'sha1-x' },
      'node_modules/b': { integrity: 'sha512-x', resolved: 'git+ssh://git@example.com/b.git' },
      'node_modules/c': { integrity: 'sha512-x' },
    };
    expect(problemsOf([], packages)).toEqual([
      'package-lock.json: node_modules/a is not locked by its SHA-512.',
      expect.stringContaining('node_modules/b comes from git+ssh://'),
    ]);
  });

  it.each(['', 'ignore-scripts=false', '# ignore-scripts=true'])('rejects an .npmrc with %j', (npmrc) => {
    expect(problemsOf([], {}, npmrc)).toEqual([expect.stringContaining('expected ignore-scripts=true')]);
  });

  it('finds what runs in production, without packages of development and their dependencies', () => {
    const [own, tool] = [component('MIT'), { ...component('MIT', true), 'bom-ref': 'tool@1.0.0' }];
    const dependencies = [
      { ref: 'shop@1.0.0', dependsOn: ['thing@1.2.3', 'tool@1.0.0'] },
      { ref: 'tool@1.0.0', dependsOn: ['thing@1.2.3'] },
    ];
    expect(productionOf({ components: [own, tool], dependencies })).toEqual({
      components: [own],
      dependencies: [{ ref: 'shop@1.0.0', dependsOn: ['thing@1.2.3'] }],
    });
  });
});
