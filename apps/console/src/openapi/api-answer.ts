import { applyDecorators } from '@nestjs/common';
import { ApiDefaultResponse, ApiResponse } from '@nestjs/swagger';
import type { SchemaName } from './schemas.js';

/** What an endpoint answers, by the contract's name of it; everything else is an `ApiProblem`. */
export function ApiAnswer(name: SchemaName, status = 200): MethodDecorator {
  return applyDecorators(
    ApiResponse({ status, description: name, schema: referenceTo(name) }),
    ApiDefaultResponse({ description: 'A problem, in words', schema: referenceTo('ApiProblem') }),
  );
}

/** The place of a schema in the document. */
export function referenceTo(name: SchemaName): { $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}
