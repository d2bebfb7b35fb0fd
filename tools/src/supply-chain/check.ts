/** Licences that are allowed in production: at most, they require that their notice is kept. */
const IN_PRODUCTION = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'OFL-1.1',
  'Python-2.0',
  'Unlicense',
]);

/** Licences that are allowed in development, because those packages are not distributed. */
const IN_DEVELOPMENT = new Set([...IN_PRODUCTION, 'CC-BY-4.0', 'MPL-2.0']);

/** Packages without a licence in package.json that npm understands, and the licence of their files. */
const LICENCES_BY_HAND = new Map([
  ['busboy', 'MIT'],
  ['streamsearch', 'MIT'],
]);

/** Packages with an install script, and what is missing because it does not run (`ignore-scripts` in `.npmrc`). */
const INSTALL_SCRIPTS = new Map([
  ['@scarf/scarf', 'nothing: it reports the installation to its vendor'],
  ['msgpackr-extract', 'nothing: it builds a faster reader for the benchmark of BullMQ, which also comes prebuilt'],
  [
    'nx',
    'nothing: it prints a message on platforms without prebuilt binaries, and updates the client of Nx Cloud, which is not used here',
  ],
]);

export interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly licenses?: { license?: { id?: string; name?: string }; expression?: string }[];
  readonly properties?: { name: string; value: string }[];
}

export interface Bill {
  readonly specVersion: string;
  readonly metadata: { component: { name: string } };
  readonly components: Component[];
  readonly dependencies: { ref: string; dependsOn: string[] }[];
}

export interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}

interface CheckSupplyChainOptions {
  /** The bill of materials of all installed packages. */
  readonly bill: Pick<Bill, 'components'>;
  /** `packages` of package-lock.json, by path. */
  readonly packages: Readonly<Record<string, LockedPackage>>;
  readonly npmrc: string;
}

/** One text for each violation of the rules; empty if there is none. */
export function checkSupplyChain({ bill, packages, npmrc }: CheckSupplyChainOptions): string[] {
  const locked = Object.entries(packages).filter(([place, { link }]) => place.includes('node_modules/') && !link);
  return [
    ...bill.components.flatMap((component) => licenceProblem(component) ?? []),
    ...locked.flatMap(([place, one]) => [...lockProblems(place, one), ...scriptProblems(place, one)]),
    ...(/^ignore-scripts *= *true$/m.test(npmrc) ? [] : ['.npmrc: expected ignore-scripts=true, so that no package runs a script when it is installed.']), // prettier-ignore
  ];
}

/** The part of a bill that runs in production. `npm sbom --omit dev` is wrong: it omits packages that apps and development both need. */
export function productionOf<T extends Pick<Bill, 'components' | 'dependencies'>>(bill: T): T {
  const components = bill.components.filter((component) => !isOfDevelopment(component));
  const omitted = new Set(bill.components.filter(isOfDevelopment).map((component) => component['bom-ref']));
  const dependencies = bill.dependencies
    .filter(({ ref }) => !omitted.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => !omitted.has(one)) }));
  return { ...bill, components, dependencies };
}

function isOfDevelopment({ properties = [] }: Component) {
  return properties.some(({ name, value }) => name === 'cdx:npm:package:development' && value === 'true');
}

function licenceProblem(component: Component) {
  const { name, version } = component;
  const licence = licenceOf(component);
  const isDevelopment = isOfDevelopment(component);
  if (isAllowed(licence, isDevelopment ? IN_DEVELOPMENT : IN_PRODUCTION)) return undefined;
  const where = isDevelopment ? 'development' : 'production';
  return `${name} ${version}: its licence is ${licence}, which is not on the list for ${where} in tools/src/supply-chain/check.ts. Read it, then list it there, or take another package.`;
}

function licenceOf({ name, licenses = [] }: Component) {
  const given = licenses.map(({ license, expression }) => expression ?? license?.id ?? license?.name);
  return given.find((one) => one !== undefined) ?? LICENCES_BY_HAND.get(name) ?? 'not given';
}

/** @param licence an SPDX identifier or expression: of `A OR B`, one must be allowed; of `A AND B`, both */
function isAllowed(licence: string, allowed: ReadonlySet<string>): boolean {
  const expression = licence.replace(/^\((.*)\)$/, '$1');
  if (expression.includes(' OR ')) return expression.split(' OR ').some((one) => isAllowed(one.trim(), allowed));
  if (expression.includes(' AND ')) return expression.split(' AND ').every((one) => isAllowed(one.trim(), allowed));
  return allowed.has(expression);
}

function lockProblems(place: string, { resolved, integrity }: LockedPackage) {
  const problems = [];
  if (!integrity?.startsWith('sha512-')) problems.push(`package-lock.json: ${place} is not locked by its SHA-512.`);
  // Packages of a registry have no `resolved`, so that everybody installs them from their own registry.
  if (resolved !== undefined) {
    problems.push(
      `package-lock.json: ${place} comes from ${resolved}. Expected a package of the registry, without "resolved".`,
    );
  }
  return problems;
}

function scriptProblems(place: string, { version, hasInstallScript = false }: LockedPackage) {
  const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
  if (!hasInstallScript || INSTALL_SCRIPTS.has(name)) return [];
  return [
    `${name} ${String(version)} has an install script, which does not run (ignore-scripts). Find out what it does, and add to INSTALL_SCRIPTS in tools/src/supply-chain/check.ts what is missing without it.`,
  ];
}
