/** The result of a validation: what the schema makes of the value, or what is wrong with it. */
export type StandardSchemaResult<Output> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly StandardSchemaIssue[] };

/** One thing that is wrong with a value. */
export interface StandardSchemaIssue {
  /** What was expected. */
  readonly message: string;
  /** Where in the value; left out for the value itself. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/**
 * A schema of any library that implements Standard Schema, version 1 (https://standardschema.dev): Zod, Valibot, ArkType and others. This is
 * the part of that interface that is used here, so that its package need not be installed.
 */
export interface StandardSchema<Output = unknown> {
  /** What the standard says of it. */
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardSchemaResult<Output> | Promise<StandardSchemaResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

/** Whether a value is such a schema. Some libraries have functions as schemas. */
export function isStandardSchema(value: unknown): value is StandardSchema {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  const standard = (value as Partial<StandardSchema>)['~standard'] as
    { version?: unknown; validate?: unknown } | undefined;
  return standard?.version === 1 && typeof standard.validate === 'function';
}
