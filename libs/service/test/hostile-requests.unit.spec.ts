import { BadRequestException } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsArray, IsInt, IsObject, IsString, ValidateNested } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { RequestValidation } from '../src/index.js';
import { shapeProblem } from '../src/requests/request-shape.js';

class Line {
  @IsInt()
  count!: number;

  @IsString()
  name!: string;
}

class Basket {
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => Line)
  lines!: Line[];

  @IsObject()
  @ValidateNested()
  @Type(() => Line)
  gift!: Line;
}

const LIMITS = { maxDepth: 3, maxItems: 4, maxProperties: 5, maxValues: 12 };

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = { a: value };
  return value;
}

describe('the shape of a body', () => {
  it.each<[string, unknown]>([
    ['nothing in it', {}],
    ['the maximum of levels', nested(3)],
    ['the maximum of items', { a: [1, 2, 3, 4] }],
    ['the maximum of properties', { a: 1, b: 2, c: 3, d: 4, e: 5 }],
    ['the maximum of values', { a: [1, 2, 3, 4], b: [1, 2, 3, 4], c: 1 }],
  ])('is valid with %s', (_, body) => {
    expect(shapeProblem(body, LIMITS)).toBeUndefined();
  });

  it.each<[string, unknown, string]>([
    ['deep', nested(4), 'a.a.a must not be nested deeper than 3 levels'],
    ['very deep', nested(100_000), 'a.a.a must not be nested deeper than 3 levels'],
    ['long', { a: [1, 2, 3, 4, 5] }, 'a must contain no more than 4 elements, got 5'],
    ['wide', { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 }, 'the body must have no more than 5 properties, got 6'],
    ['large', { a: [1, 2, 3, 4], b: [1, 2, 3, 4], c: [1] }, 'the body must have no more than 12 values'],
    ['incomplete in a character', { a: ['b', 'c\ud800'] }, 'a.1 must be Unicode text'],
    ['long in a name', { ['k'.repeat(99)]: [1, 2, 3, 4, 5] }, `${'k'.repeat(40)}… must contain`],
  ])('is rejected as too %s', (_, body, words) => {
    expect(shapeProblem(body, LIMITS)).toContain(words);
  });

  it('is checked by its length before its items', () => {
    const members = Array.from({ length: 1_000_000 }, () => ({}));
    let looks = 0;
    const watched = new Proxy(members, {
      get(target, key, receiver): unknown {
        if (typeof key === 'string' && /^\d+$/.test(key)) looks += 1;
        return Reflect.get(target, key, receiver) as unknown;
      },
    });
    expect(shapeProblem({ a: watched }, LIMITS)).toContain('got 1000000');
    expect(looks).toBe(0);
  });
});

describe('the validation of a body', () => {
  const check = (body: unknown) => new RequestValidation().transform(body, { type: 'body', metatype: Basket });
  const problemsOf = async (body: unknown): Promise<string[]> => {
    const error: unknown = await check(body).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BadRequestException);
    return ((error as BadRequestException).getResponse() as { message: string[] }).message;
  };

  it('makes an instance, and does not convert strings to numbers', async () => {
    const right = { lines: [{ count: 1, name: 'a' }], gift: { count: 2, name: 'b' } };
    expect(await check(right)).toBeInstanceOf(Basket);
    const [problem] = await problemsOf({ ...right, gift: { count: '2', name: 'b' } });
    expect(problem).toBe('gift.count must be an integer number');
  });

  it('reports twenty problems at most, each with its path', async () => {
    const problems = await problemsOf({ lines: Array.from({ length: 50 }, () => ({})), gift: [] });
    expect(problems).toHaveLength(20);
    expect(problems[0]).toBe('lines.0.count must be an integer number');
  });

  it('rejects a body that is not an object', async () => {
    for (const body of [[], 'text', 7, null, nested(20_000)])
      expect((await problemsOf(body)).length).toBeGreaterThan(0);
  });
});
