import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { schemasOf } from '../openapi/schemas.js';
import { requireSchemas, UnknownSchemaError } from '../src/openapi/schemas.js';

function schemasOfText(text: string): ReturnType<typeof schemasOf> {
  const folder = mkdtempSync(path.join(tmpdir(), 'console-contract-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const file = path.join(folder, 'contract.ts');
  writeFileSync(file, text);
  return schemasOf([file]);
}

describe('the schemas of the OpenAPI document', () => {
  it('describe the types of the contract', () => {
    const text = `
      /** How it is. */
      export type State = 'up' | 'down' | null;
      /** Something. */
      export interface Part {
        /** Its id. */
        id: string;
        state: State;
        note?: string;
        ways: readonly [number, boolean][];
        of: Record<string, Part>;
      }
    `;
    expect(schemasOfText(text)).toEqual({
      Part: {
        type: 'object',
        description: 'Something.',
        properties: {
          id: { type: 'string', description: 'Its id.' },
          state: { $ref: '#/components/schemas/State' },
          note: { type: 'string' },
          ways: {
            type: 'array',
            items: { type: 'array', prefixItems: [{ type: 'number' }, { type: 'boolean' }], minItems: 2, maxItems: 2 },
          },
          of: { type: 'object', additionalProperties: { $ref: '#/components/schemas/Part' } },
        },
        required: ['id', 'state', 'ways', 'of'],
      },
      State: { anyOf: [{ type: 'string', enum: ['down', 'up'] }, { type: 'null' }], description: 'How it is.' },
    });
  });

  it('cannot be made of types that JSON does not have', () => {
    expect(() => schemasOfText('export interface Part { act: () => void }')).toThrow(
      new TypeError('Expected a type that JSON has, got () => void'),
    );
  });

  it('exist for each reference in the document', () => {
    const document = (name: string) => ({
      paths: { '/api/parts': { get: { schema: { $ref: `#/components/schemas/${name}` } } } },
      components: { schemas: { Part: {} } },
    });
    requireSchemas(document('Part'));
    expect(() => {
      requireSchemas(document('Prat'));
    }).toThrow(UnknownSchemaError);
  });
});
