import { readFileSync } from 'node:fs';

/** Generated from the types of `contract/` by the last step of the build (`openapi/main.ts`). */
const FILE = new URL('./schemas.json', import.meta.url);

/** An endpoint documents an answer with a type that the contract does not have. */
export class UnknownSchemaError extends Error {
  override readonly name = 'UnknownSchemaError';

  constructor(
    /** The name that the endpoint gives. */
    readonly schema: string,
  ) {
    super(`Expected the name of a type that src/contract exports, got ${schema}. Correct it, and build again`);
  }
}

/** The contract's types as JSON Schemas, by name. */
export function readSchemas(): Record<string, object> {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, object>;
}

/** Checks that every schema that a document refers to exists. @throws UnknownSchemaError for the first missing one */
export function requireSchemas(document: { components?: { schemas?: object } }): void {
  const known = new Set(Object.keys(document.components?.schemas ?? {}));
  for (const [, name = ''] of JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    if (!known.has(name)) throw new UnknownSchemaError(name);
  }
}
