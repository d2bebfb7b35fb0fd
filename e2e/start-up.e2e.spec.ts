import { createServer, type AddressInfo } from 'node:net';
import { freshRedis, startApp } from '@repo/testing';
import { describe, expect, it } from 'vitest';

describe('start-up errors', () => {
  it('names each wrong variable, what it got and what it takes, and ends with 78', async () => {
    const app = await startApp('order-service', {
      SIMULATION_RATE: 'fast',
      LOG_FORMAT: 'xml',
      REDIS_URL: 'http://:secret@host',
    });
    expect(await app.exited).toEqual({ code: 78, signal: null });
    expect(app.output()).toContain('SIMULATION_RATE takes a number from 0.01 to 100000, or max; it got "fast"');
    expect(app.output()).toContain('LOG_FORMAT takes pretty or json; it got "xml"');
    expect(app.output()).toContain('REDIS_URL takes a URL such as redis://127.0.0.1:6379');
    expect(app.output()).not.toContain('secret');
  });

  it('says which Redis it cannot reach, and ends with 1', async () => {
    const app = await startApp('payment-service', { REDIS_URL: 'redis://:secret@127.0.0.1:1' });
    expect(await app.exited).toEqual({ code: 1, signal: null });
    expect(app.output()).toContain('Redis at 127.0.0.1:1 is unavailable: nothing listens there (ECONNREFUSED)');
    expect(app.output()).not.toContain('secret');
  });

  it('says which port is in use, and exits with 1', async () => {
    await using redis = await freshRedis();
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const app = await startApp('processor', { REDIS_URL: redis.url, PORT: String(port) });
    expect(await app.exited).toEqual({ code: 1, signal: null });
    expect(app.output()).toContain(`Port ${String(port)} of 127.0.0.1 is in use`);
    server.close();
  });
});
