/** Licences that what runs in production may have: they ask for their notice to be kept, at most. */
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

/** And what helps to develop, too, as nothing of it is handed on. */
const IN_DEVELOPMENT = new Set([...IN_PRODUCTION, 'CC-BY-4.0', 'MPL-2.0']);

/** Packages that publish no licence in the form that npm knows, and what their files say. */
const LICENCES_BY_HAND = new Map([
  ['busboy', 'MIT'],
  ['streamsearch', 'MIT'],
]);

/** Packages that come with install scripts, none of which runs (`ignore-scripts` in `.npmrc`), and what would be missing. */
const INSTALL_SCRIPTS = new Map([
  ['@scarf/scarf', 'nothing: it reports the installation to its maker'],
  ['msgpackr-extract', 'nothing: a faster reader for the benchmark of BullMQ, which comes prebuilt'],
  [
    'nx',
    'nothing: it says where it knows no prebuilt part for the platform, and updates the client of its cloud, which nobody uses here',
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

interface JudgeSupplyChainOptions {
  /** Of all that is installed. */
  readonly bill: Pick<Bill, 'components'>;
  /** Of package-lock.json, by their place. */
  readonly packages: Readonly<Record<string, LockedPackage>>;
  readonly npmrc: string;
}

/** What is not as it was agreed, in words. */
export function judgeSupplyChain({ bill, packages, npmrc }: JudgeSupplyChainOptions): string[] {
  const locked = Object.entries(packages).filter(([place, { link }]) => place.includes('node_modules/') && !link);
  return [
    ...bill.components.flatMap((component) => licenceProblem(component) ?? []),
    ...locked.flatMap(([place, one]) => [...lockProblems(place, one), ...scriptProblems(place, one)]),
    ...(/^ignore-scripts *= *true$/m.test(npmrc) ? [] : ['.npmrc: expected ignore-scripts=true, so that no package runs anything when it is installed.']), // prettier-ignore
  ];
}

/** What of a bill runs in production. `npm sbom --omit dev` leaves out packages of the apps that development needs as well. */
export function productionOf<T extends Pick<Bill, 'components' | 'dependencies'>>(bill: T): T {
  const components = bill.components.filter((component) => !isOfDevelopment(component));
  const left = new Set(bill.components.filter(isOfDevelopment).map((component) => component['bom-ref']));
  const dependencies = bill.dependencies
    .filter(({ ref }) => !left.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => !left.has(one)) }));
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
  return `${name} ${version}: its licence is ${licence}, which is not on the list for ${where} in tools/src/supply-chain/judge.ts. Read it, then list it there, or take another package.`;
}

function licenceOf({ name, licenses = [] }: Component) {
  const given = licenses.map(({ license, expression }) => expression ?? license?.id ?? license?.name);
  return given.find((one) => one !== undefined) ?? LICENCES_BY_HAND.get(name) ?? 'not given';
}

/** @param licence an identifier of SPDX, or an expression: of `A OR B` one must be allowed, of `A AND B` both */
function isAllowed(licence: string, allowed: ReadonlySet<string>): boolean {
  const expression = licence.replace(/^\((.*)\)$/, '$1');
  if (expression.includes(' OR ')) return expression.split(' OR ').some((one) => isAllowed(one.trim(), allowed));
  if (expression.includes(' AND ')) return expression.split(' AND ').every((one) => isAllowed(one.trim(), allowed));
  return allowed.has(expression);
}

function lockProblems(place: string, { resolved, integrity }: LockedPackage) {
  const problems = [];
  if (!integrity?.startsWith('sha512-')) problems.push(`package-lock.json: ${place} is not locked by its SHA-512.`);
  // What comes from a registry has none here, so that everybody installs it from the one that they have set.
  if (resolved !== undefined) {
    problems.push(
      `package-lock.json: ${place} comes from ${resolved}: expected a package of the registry, with its version alone.`,
    );
  }
  return problems;
}

function scriptProblems(place: string, { version, hasInstallScript = false }: LockedPackage) {
  const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
  if (!hasInstallScript || INSTALL_SCRIPTS.has(name)) return [];
  return [
    `${name} ${String(version)} has an install script, which does not run (ignore-scripts). See what it does, and say in INSTALL_SCRIPTS of tools/src/supply-chain/judge.ts what is missing without it.`,
  ];
}
