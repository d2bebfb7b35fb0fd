import { NestFactory } from '@nestjs/core';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ShutdownHooksCheck } from '../src/nest/shutdown-hooks-check.js';
import { noteHandler } from './handlers.js';
import { collectLogs } from './logs.js';
import { rootOf } from './root.js';

const WARNING =
  'Nothing in this process listens for SIGTERM, so its handlers are cut off when it is stopped, and others take their ' +
  'events over only after consumer.claimAfterMs. Call app.enableShutdownHooks()';

describe('Shutdown hooks', () => {
  let redis: TestRedis;
  let others: NodeJS.SignalsListener[];
  beforeAll(async () => {
    redis = await freshRedis();
  });
  beforeEach(() => {
    others = process.listeners('SIGTERM');
    process.removeAllListeners('SIGTERM');
  });
  afterEach(() => {
    for (const listener of others) process.on('SIGTERM', listener);
    vi.useRealTimers();
  });
  afterAll(() => redis.stop());

  it('that are not enabled are missed by a warning of a worker', async () => {
    const logs = collectLogs();
    const Root = rootOf({ prefix: 'missed', redis: redis.url }, [noteHandler(() => undefined)]);
    const app = await NestFactory.createApplicationContext(Root, { abortOnError: false });
    await eventually('it is logged', () => logs.warnings.includes(WARNING));
    await app.close();
  });

  it('may be enabled after the start, as createApplicationContext demands', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const logs = collectLogs();
    new ShutdownHooksCheck().begin();
    const listener = () => undefined;
    process.on('SIGTERM', listener);
    vi.runAllTimers();
    process.off('SIGTERM', listener);
    expect(logs.warnings).toEqual([]);
    new ShutdownHooksCheck().begin();
    vi.runAllTimers();
    expect(logs.warnings).toEqual([WARNING]);
  });

  it('are not missed by an application that has stopped already', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const logs = collectLogs();
    const check = new ShutdownHooksCheck();
    check.begin();
    check.end();
    vi.runAllTimers();
    expect(logs.warnings).toEqual([]);
  });
});
