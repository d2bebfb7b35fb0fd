import { BadRequestException, ValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { firstProblems } from './first-problems.js';
import { shapeProblem, type ShapeLimits } from './request-shape.js';

/** Enough for the largest order: a hundred lines of four properties. */
export const REQUEST_SHAPE: ShapeLimits = { maxDepth: 8, maxItems: 100, maxProperties: 50, maxValues: 1000 };

/**
 * Validates requests by their class, without converting strings to numbers. A body that exceeds the limits is rejected before
 * class-transformer sees it, whose time grows with the square of the size.
 */
export class RequestValidation extends ValidationPipe {
  constructor(private readonly shape: ShapeLimits = REQUEST_SHAPE) {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      exceptionFactory: (errors) => new BadRequestException(firstProblems(messagesOf(errors))),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const problem = metadata.type === 'body' ? this.problemOf(value) : undefined;
    if (problem !== undefined) throw new BadRequestException(firstProblems([problem]));
    return super.transform(value, metadata) as Promise<unknown>;
  }

  private problemOf(body: unknown): string | undefined {
    if (body === undefined) return undefined;
    if (typeof body !== 'object' || body === null || Array.isArray(body)) return 'the body must be a JSON object';
    return shapeProblem(body, this.shape);
  }
}

/** Every constraint that failed, with the whole path of its property. */
function messagesOf(errors: readonly ValidationError[], parent = ''): string[] {
  return errors.flatMap(({ property, constraints, children }) => [
    ...Object.values(constraints ?? {}).map((message) => `${parent}${message}`),
    ...messagesOf(children ?? [], `${parent}${property}.`),
  ]);
}
