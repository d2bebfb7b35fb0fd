import { applyDecorators } from '@nestjs/common';
import { ApiDefaultResponse, ApiResponse } from '@nestjs/swagger';

/** Documents the answer of an endpoint by the name of its type in `contract/`; every other answer is an `ApiProblem`. */
export function ApiAnswer(name: string, status = 200): MethodDecorator {
  return applyDecorators(
    ApiResponse({ status, description: name, schema: referenceTo(name) }),
    ApiDefaultResponse({ description: 'An error', schema: referenceTo('ApiProblem') }),
  );
}

/** A reference to a schema of the document. The console does not start if the schema is missing. */
export function referenceTo(name: string): { $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}
