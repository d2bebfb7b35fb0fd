import { Get, Inject, Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { asTextOrNull } from 'nestjs-event-streams';
import { RedisConnection } from 'nestjs-event-streams/internal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HttpController } from '../src/http-controller.js';

/** A controller that reads from Redis, as those of the apps do. */
@HttpController('value')
class ValueController {
  constructor(@Inject(RedisConnection) private readonly connection: RedisConnection) {}

  @Get()
  async value(): Promise<{ value: string | null }> {
    return { value: asTextOrNull(await this.connection.command('GET', 'value'), 'GET') };
  }

  @Get('broken')
  broken(): never {
    throw new TypeError('a mistake of this program');
  }
}

describe('a request while Redis rejects commands', () => {
  let redis: TestRedis;
  let app: INestApplication;
  let connection: RedisConnection;
  let url: string;
  beforeAll(async () => {
    redis = await freshRedis();
    connection = new RedisConnection(redis.url, { name: 'test', timeoutMs: 2000 });
    @Module({ controllers: [ValueController], providers: [{ provide: RedisConnection, useValue: connection }] })
    class Root {}
    app = await NestFactory.create(Root, { logger: false });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  afterAll(async () => {
    await app.close();
    connection.close();
    await redis.stop();
  });

  it('is answered with 503, as while Redis is away; any other error with 500', async () => {
    expect((await fetch(`${url}/value`)).status).toBe(200);
    await redis.client.config('SET', 'replica-serve-stale-data', 'no');
    await redis.client.replicaof('127.0.0.1', 1);
    const refused = await fetch(`${url}/value`);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('2');
    expect(((await refused.json()) as { message: string }).message).toContain('MASTERDOWN');
    await redis.client.replicaof('NO', 'ONE');
    await eventually('it serves again', async () => (await fetch(`${url}/value`)).status === 200);
    expect((await fetch(`${url}/value/broken`)).status).toBe(500);
    expect((await fetch(`${url}/other`)).status).toBe(404);
  });
});
