// Makes the schemas of the OpenAPI document from the types of the contract, so that they are written down once.
//
//   node apps/console/openapi/schemas.mjs           writes src/openapi/schemas.ts
//   node apps/console/openapi/schemas.mjs --check   fails where that file is not what it would write
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';

const CONTRACT = path.join(import.meta.dirname, '..', 'src', 'contract');
const TARGET = path.join(import.meta.dirname, '..', 'src', 'openapi', 'schemas.ts');
/** What no endpoint answers or takes. */
const LEFT_OUT = new Set(['LiveMessages']);

const files = readdirSync(CONTRACT).map((name) => path.join(CONTRACT, name));
const program = ts.createProgram(files, {
  strict: true,
  module: ts.ModuleKind.NodeNext,
  exactOptionalPropertyTypes: true,
});
const checker = program.getTypeChecker();

/** @type {Map<string, ts.Node>} the exported types, by name */
const declared = new Map();
for (const file of files) {
  program.getSourceFile(file)?.forEachChild((node) => {
    const isType = ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);
    const isExported = isType && (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Export) !== 0;
    if (isExported && !LEFT_OUT.has(node.name.text)) declared.set(node.name.text, node);
  });
}

/** @param {ts.Symbol | undefined} symbol */
function describe(symbol) {
  const text = symbol === undefined ? '' : ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim();
  return text === '' ? {} : { description: text.replace(/\s+/g, ' ') };
}

/**
 * @param {ts.Type} type
 * @param {boolean} isDeclaration whether to spell it out, not to point to it
 * @returns {Record<string, unknown>}
 */
function schemaOf(type, isDeclaration = false) {
  const name = (type.aliasSymbol ?? type.symbol)?.name;
  if (!isDeclaration && name !== undefined && declared.has(name)) return { $ref: `#/components/schemas/${name}` };
  if (type.flags & ts.TypeFlags.Null) return { type: 'null' };
  if (type.flags & ts.TypeFlags.String) return { type: 'string' };
  if (type.flags & ts.TypeFlags.Number) return { type: 'number' };
  if (type.isStringLiteral()) return { type: 'string', enum: [type.value] };
  if (type.flags & ts.TypeFlags.BooleanLike) return { type: 'boolean' };
  if (type.isUnion()) return unionOf(type.types);
  if (checker.isTupleType(type)) {
    const items = checker.getTypeArguments(/** @type {ts.TypeReference} */ (type)).map((item) => schemaOf(item));
    return { type: 'array', prefixItems: items, minItems: items.length, maxItems: items.length };
  }
  if (checker.isArrayType(type)) {
    const [item] = checker.getTypeArguments(/** @type {ts.TypeReference} */ (type));
    return { type: 'array', items: item === undefined ? {} : schemaOf(item) };
  }
  const values = checker.getIndexTypeOfType(type, ts.IndexKind.String);
  if (values !== undefined) return { type: 'object', additionalProperties: schemaOf(values) };
  return type.flags & ts.TypeFlags.Unknown ? {} : objectOf(type);
}

/** @param {readonly ts.Type[]} types */
function unionOf(types) {
  const others = types.filter((type) => !(type.flags & ts.TypeFlags.Undefined));
  const words = others.filter((type) => type.isStringLiteral());
  const schemas = others.filter((type) => !type.isStringLiteral()).map((type) => schemaOf(type));
  const booleans = schemas.filter(({ type }) => type === 'boolean');
  const rest = schemas.filter(({ type }) => type !== 'boolean');
  const all = [
    ...(words.length > 0 ? [{ type: 'string', enum: words.map(({ value }) => value).sort() }] : []),
    ...booleans.slice(0, 1),
    ...rest,
  ];
  return all.length === 1 ? /** @type {Record<string, unknown>} */ (all[0]) : { anyOf: all };
}

/** @param {ts.Type} type */
function objectOf(type) {
  const properties = type.getProperties();
  const isOptional = (/** @type {ts.Symbol} */ property) => (property.flags & ts.SymbolFlags.Optional) !== 0;
  return {
    type: 'object',
    properties: Object.fromEntries(
      properties.map((property) => [
        property.name,
        { ...schemaOf(checker.getTypeOfSymbol(property)), ...describe(property) },
      ]),
    ),
    required: properties.filter((property) => !isOptional(property)).map(({ name }) => name),
  };
}

const schemas = Object.fromEntries(
  [...declared]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, node]) => {
      const symbol = checker.getSymbolAtLocation(/** @type {ts.InterfaceDeclaration} */ (node).name);
      if (symbol === undefined) throw new Error(`The compiler knows no ${name}`);
      return [name, { ...schemaOf(checker.getDeclaredTypeOfSymbol(symbol), true), ...describe(symbol) }];
    }),
);
const source = `/* Made from src/contract by openapi/schemas.mjs; not to be edited. */

/** The contract's types, as the OpenAPI document has them. */
export const SCHEMAS = ${JSON.stringify(schemas)} as const;

/** The name of one of them. */
export type SchemaName = keyof typeof SCHEMAS;
`;
const text = await format(source, { ...(await resolveConfig(TARGET)), filepath: TARGET });
if (!process.argv.includes('--check')) writeFileSync(TARGET, text);
else if (readFileSync(TARGET, 'utf8') !== text) {
  console.error('The contract has changed: run node apps/console/openapi/schemas.mjs');
  process.exit(1);
}
