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

/**
 * @typedef {object} Component
 * @property {string} bom-ref
 * @property {string} name
 * @property {string} version
 * @property {{ license?: { id?: string, name?: string }, expression?: string }[]} [licenses]
 * @property {{ name: string, value: string }[]} [properties]
 */

/**
 * @typedef {object} Bill
 * @property {string} specVersion
 * @property {{ component: { name: string } }} metadata
 * @property {Component[]} components
 * @property {{ ref: string, dependsOn: string[] }[]} dependencies
 */

/**
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {string} [resolved]
 * @property {string} [integrity]
 * @property {boolean} [link]
 * @property {boolean} [hasInstallScript]
 */

/**
 * What is not as it was agreed, in words.
 * @param {object} found
 * @param {Pick<Bill, 'components'>} found.bill of all that is installed
 * @param {Readonly<Record<string, LockedPackage>>} found.packages of package-lock.json, by their place
 * @param {string} found.npmrc
 * @returns {string[]}
 */
export function judgeSupplyChain({ bill, packages, npmrc }) {
  const locked = Object.entries(packages).filter(([place, { link }]) => place.includes('node_modules/') && !link);
  return [
    ...bill.components.flatMap((component) => licenceProblem(component) ?? []),
    ...locked.flatMap(([place, one]) => [...lockProblems(place, one), ...scriptProblems(place, one)]),
    ...(/^ignore-scripts *= *true$/m.test(npmrc) ? [] : ['.npmrc: expected ignore-scripts=true, so that no package runs anything when it is installed.']), // prettier-ignore
  ];
}

/**
 * What of a bill runs in production. `npm sbom --omit dev` leaves out packages of the apps that development needs as well.
 * @template {Pick<Bill, 'components' | 'dependencies'>} T
 * @param {T} bill
 * @returns {T}
 */
export function productionOf(bill) {
  const components = bill.components.filter((component) => !isOfDevelopment(component));
  const left = new Set(bill.components.filter(isOfDevelopment).map((component) => component['bom-ref']));
  const dependencies = bill.dependencies
    .filter(({ ref }) => !left.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => !left.has(one)) }));
  return { ...bill, components, dependencies };
}

/** @param {Component} component */
function isOfDevelopment({ properties = [] }) {
  return properties.some(({ name, value }) => name === 'cdx:npm:package:development' && value === 'true');
}

/** @param {Component} component */
function licenceProblem(component) {
  const { name, version } = component;
  const licence = licenceOf(component);
  const isDevelopment = isOfDevelopment(component);
  if (isAllowed(licence, isDevelopment ? IN_DEVELOPMENT : IN_PRODUCTION)) return undefined;
  const where = isDevelopment ? 'development' : 'production';
  return `${name} ${version}: its licence is ${licence}, which is not on the list for ${where} in tools/supply-chain/judge.mjs. Read it, then list it there, or take another package.`;
}

/** @param {Component} component */
function licenceOf({ name, licenses = [] }) {
  const given = licenses.map(({ license, expression }) => expression ?? license?.id ?? license?.name);
  return given.find((one) => one !== undefined) ?? LICENCES_BY_HAND.get(name) ?? 'not given';
}

/**
 * @param {string} licence an identifier of SPDX, or an expression: of `A OR B` one must be allowed, of `A AND B` both
 * @param {ReadonlySet<string>} allowed
 * @returns {boolean}
 */
function isAllowed(licence, allowed) {
  const expression = licence.replace(/^\((.*)\)$/, '$1');
  if (expression.includes(' OR ')) return expression.split(' OR ').some((one) => isAllowed(one.trim(), allowed));
  if (expression.includes(' AND ')) return expression.split(' AND ').every((one) => isAllowed(one.trim(), allowed));
  return allowed.has(expression);
}

/**
 * @param {string} place
 * @param {LockedPackage} locked
 */
function lockProblems(place, { resolved, integrity }) {
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

/**
 * @param {string} place
 * @param {LockedPackage} locked
 */
function scriptProblems(place, { version, hasInstallScript = false }) {
  const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
  if (!hasInstallScript || INSTALL_SCRIPTS.has(name)) return [];
  return [
    `${name} ${String(version)} has an install script, which does not run (ignore-scripts). See what it does, and say in INSTALL_SCRIPTS of tools/supply-chain/judge.mjs what is missing without it.`,
  ];
}
