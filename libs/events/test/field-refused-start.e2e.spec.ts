import { spawn } from 'node:child_process';
import { compiledProgram, eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** What `fixtures/refused.ts` is to be. */
interface Settings {
  /** Of each `EventsModule`. */
  options: Record<string, unknown>[];
  /** How many classes with one handler each, all of one name. */
  handlers: number;
  /** In which hook the application's own module throws. */
  failsIn?: 'onModuleInit' | 'onApplicationBootstrap';
  /** Whether it publishes an event for its handlers before that. */
  publishes?: boolean;
}

/** Runs it to its own end. @returns what it has written */
async function runRefused(settings: Settings): Promise<string> {
  const child = spawn(process.execPath, [compiledProgram(new URL('fixtures/refused.ts', import.meta.url))], {
    env: { ...process.env, REFUSED_SETTINGS: JSON.stringify(settings) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const closed = new Promise<boolean>((resolve) => child.once('close', () => { resolve(true); })); // prettier-ignore
  let hasEnded = false;
  void closed.then(() => (hasEnded = true));
  try {
    await eventually('it has ended', () => hasEnded);
    return output;
  } catch (error) {
    throw new Error(`It is still alive, after: ${output}`, { cause: error });
  } finally {
    child.kill('SIGKILL');
    await closed;
  }
}

describe('A start that is refused lets the process end, and nothing was handled', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  const options = (more: Record<string, unknown>) => ({
    redis: redis.url,
    source: 'tester',
    group: 'testers',
    commandTimeoutMs: 2000,
    consumer: { blockMs: 100, leaseMs: 300 },
    ...more,
  });

  it('for two handlers of one name', async () => {
    const output = await runRefused({ options: [options({ prefix: 'names' })], handlers: 2 });
    expect(output).toBe(
      'refused: Two handlers are called Notes.onNote: rename one class, retries are counted by name\n',
    );
  });

  it('for handlers without a group', async () => {
    const output = await runRefused({ options: [options({ prefix: 'no-group', group: undefined })], handlers: 1 });
    expect(output).toMatch(/^refused: EventsModule: expected group, since there are handlers: Notes\.onNote\n$/);
  });

  it("by another module's onModuleInit", async () => {
    const output = await runRefused({
      options: [options({ prefix: 'init' })],
      handlers: 1,
      failsIn: 'onModuleInit',
      publishes: true,
    });
    expect(output).toBe('refused: the other module is refused\n');
  });

  it.each([
    ['', {}],
    [' with partitions', { partitions: 2 }],
    [
      ' while publishing waits for replicas on a connection of its own',
      { producer: { acks: 'replicated', timeoutMs: 500 } },
    ],
    [' with retention', { retention: { notes: { maxLength: 10 } } }],
  ])("by another module's onApplicationBootstrap%s", async (name, more) => {
    const output = await runRefused({
      options: [options({ prefix: `bootstrap${String(name.length)}`, ...more })],
      handlers: 1,
      failsIn: 'onApplicationBootstrap',
      publishes: true,
    });
    expect(output).toBe('refused: the other module is refused\n');
  });

  it('by another module while Redis is away', async () => {
    const output = await runRefused({
      options: [options({ prefix: 'away', redis: 'redis://127.0.0.1:1' })],
      handlers: 0,
      failsIn: 'onApplicationBootstrap',
    });
    expect(output).toBe('refused: the other module is refused\n');
  });
});
