import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { compiledProgram, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const program = (name: string): string => compiledProgram(new URL(`fixtures/${name}.ts`, import.meta.url));

describe('Where NestJS is not installed', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('events are published and handled, and the process ends by itself', async () => {
    const env = { ...process.env, REDIS_URL: redis.url };
    const hooks = program('without-nest');
    // The hooks do keep it out: the door that needs it cannot be opened.
    const whole = ['--import', hooks, '--input-type=module', '-e', "await import('nestjs-event-streams')"];
    await expect(run(process.execPath, whole, { env, cwd: path.dirname(hooks) })).rejects.toThrow(
      'Not installed here: @nestjs/',
    );
    await run(process.execPath, ['--import', hooks, program('plain')], { env });
    expect(await redis.client.get('plain:tester:last')).toBe('plain');
    expect(await redis.client.xpending('plain:notes', 'testers')).toEqual([0, null, null, null]);
  });
});
