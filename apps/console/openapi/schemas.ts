import ts from 'typescript';

/** A JSON Schema, draft 2020-12, as in OpenAPI 3.1. */
export type Schema = Readonly<Record<string, unknown>>;

/**
 * Makes schemas of all types that the files export, by name, so that the contract is written once, in TypeScript. Libraries for this cover
 * more of TypeScript than a contract of plain JSON needs; these 100 lines need only the compiler, and no library for each of its versions.
 *
 * @throws TypeError for a type that JSON cannot express, such as a function
 */
export function schemasOf(files: readonly string[]): Record<string, Schema> {
  const program = ts.createProgram(files, {
    strict: true,
    module: ts.ModuleKind.NodeNext,
    exactOptionalPropertyTypes: true,
  });
  const checker = program.getTypeChecker();
  const declarations = files.flatMap((file) => exportedTypes(program.getSourceFile(file)));
  const schemas = new Schemas(checker, new Set(declarations.map(({ name }) => name.text)));
  return Object.fromEntries(
    declarations
      .flatMap(({ name }) => checker.getSymbolAtLocation(name) ?? [])
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((symbol) => [symbol.name, schemas.ofDeclared(symbol)]),
  );
}

type Declaration = ts.InterfaceDeclaration | ts.TypeAliasDeclaration;

function exportedTypes(file: ts.SourceFile | undefined): Declaration[] {
  return [...(file?.statements ?? [])].filter(
    (node): node is Declaration =>
      (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) &&
      (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Export) !== 0,
  );
}

class Schemas {
  /** @param names of the types that have a schema of their own; others refer to them */
  constructor(
    private readonly checker: ts.TypeChecker,
    private readonly names: ReadonlySet<string>,
  ) {}

  ofDeclared(symbol: ts.Symbol): Schema {
    return { ...this.spelledOut(this.checker.getDeclaredTypeOfSymbol(symbol)), ...this.description(symbol) };
  }

  private of(type: ts.Type): Schema {
    const name = ((type.aliasSymbol ?? type.symbol) as ts.Symbol | undefined)?.name;
    return name !== undefined && this.names.has(name)
      ? { $ref: `#/components/schemas/${name}` }
      : this.spelledOut(type);
  }

  private spelledOut(type: ts.Type): Schema {
    const { checker } = this;
    if (type.flags & ts.TypeFlags.Null) return { type: 'null' };
    if (type.flags & ts.TypeFlags.String) return { type: 'string' };
    if (type.flags & ts.TypeFlags.Number) return { type: 'number' };
    if (type.isStringLiteral()) return { type: 'string', enum: [type.value] };
    if (type.flags & ts.TypeFlags.BooleanLike) return { type: 'boolean' };
    if (type.flags & ts.TypeFlags.Unknown) return {};
    if (type.isUnion()) return this.ofUnion(type.types);
    if (checker.isTupleType(type)) {
      const items = this.itemsOf(type);
      return { type: 'array', prefixItems: items, minItems: items.length, maxItems: items.length };
    }
    if (checker.isArrayType(type)) return { type: 'array', items: this.itemsOf(type)[0] ?? {} };
    const values = checker.getIndexTypeOfType(type, ts.IndexKind.String);
    if (values !== undefined) return { type: 'object', additionalProperties: this.of(values) };
    if (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection) && type.getCallSignatures().length === 0)
      return this.ofObject(type);
    throw new TypeError(`Expected a type that JSON has, got ${checker.typeToString(type)}`);
  }

  private itemsOf(type: ts.Type): Schema[] {
    return this.checker.getTypeArguments(type as ts.TypeReference).map((item) => this.of(item));
  }

  /** All string literals become one enumeration, and `true` and `false` one boolean. */
  private ofUnion(types: readonly ts.Type[]): Schema {
    const texts = types.filter((type) => type.isStringLiteral()).map(({ value }) => value);
    const others = types.filter((type) => !type.isStringLiteral() && !(type.flags & ts.TypeFlags.Undefined));
    const isBoolean = (type: ts.Type): boolean => (type.flags & ts.TypeFlags.BooleanLike) !== 0;
    const all: Schema[] = [
      ...(texts.length > 0 ? [{ type: 'string', enum: texts.sort() }] : []),
      ...(others.some(isBoolean) ? [{ type: 'boolean' }] : []),
      ...others.filter((type) => !isBoolean(type)).map((type) => this.of(type)),
    ];
    const [only] = all;
    return all.length === 1 && only ? only : { anyOf: all };
  }

  private ofObject(type: ts.Type): Schema {
    const properties = type.getProperties();
    return {
      type: 'object',
      properties: Object.fromEntries(
        properties.map((property) => [
          property.name,
          { ...this.of(this.checker.getTypeOfSymbol(property)), ...this.description(property) },
        ]),
      ),
      required: properties.filter(({ flags }) => !(flags & ts.SymbolFlags.Optional)).map(({ name }) => name),
    };
  }

  private description(symbol: ts.Symbol): { description?: string } {
    const text = ts.displayPartsToString(symbol.getDocumentationComment(this.checker)).trim();
    return text === '' ? {} : { description: text.replace(/\s+/g, ' ') };
  }
}
