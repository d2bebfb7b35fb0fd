import { readFileSync } from 'node:fs';

/** Made of the types of `contract/` by the last step of the build (`openapi/main.ts`). */
const FILE = new URL('./schemas.json', import.meta.url);

/** An endpoint says that it answers with a type that the contract does not have. */
export class UnknownSchemaError extends Error {
  override readonly name = 'UnknownSchemaError';

  constructor(
    /** As the endpoint has it. */
    readonly schema: string,
  ) {
    super(`Expected the name of a type that src/contract exports, got ${schema}. Correct it, and build again`);
  }
}

/** The contract's types as JSON Schemas, by name. */
export function readSchemas(): Record<string, object> {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, object>;
}

/** Looks whether all that a document points to is there. @throws UnknownSchemaError for the first one that is not */
export function demandSchemas(document: { components?: { schemas?: object } }): void {
  const known = new Set(Object.keys(document.components?.schemas ?? {}));
  for (const [, name = ''] of JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    if (!known.has(name)) throw new UnknownSchemaError(name);
  }
}
