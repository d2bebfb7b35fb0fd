import { applyDecorators } from '@nestjs/common';
import { ApiDefaultResponse, ApiResponse } from '@nestjs/swagger';

/** What an endpoint answers, by the name of its type in `contract/`; everything else is an `ApiProblem`. */
export function ApiAnswer(name: string, status = 200): MethodDecorator {
  return applyDecorators(
    ApiResponse({ status, description: name, schema: referenceTo(name) }),
    ApiDefaultResponse({ description: 'A problem, in words', schema: referenceTo('ApiProblem') }),
  );
}

/** The place of a schema in the document: the start of the console demands that there is one. */
export function referenceTo(name: string): { $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}
