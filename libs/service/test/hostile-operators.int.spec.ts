import { All, Controller, Delete, Get, Module, Patch, Post, Put, Search, type INestApplication } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ForCustomers, ServiceConfiguration, ShopLogger } from '../src/index.js';
import { OperatorGuard } from '../src/operators/operator.guard.js';

const TOKEN = 'a-token-of-operators';

/** A controller whose author did not decide who may use it. */
@Controller('new')
class NewController {
  @Get()
  look(): string {
    return 'seen';
  }

  @Post()
  post(): string {
    return 'changed';
  }

  @Put()
  put(): string {
    return 'changed';
  }

  @Patch()
  patch(): string {
    return 'changed';
  }

  @Delete()
  remove(): string {
    return 'changed';
  }

  @Search()
  search(): string {
    return 'changed';
  }

  @All('all')
  all(): string {
    return 'changed';
  }

  @Post('orders')
  @ForCustomers()
  order(): string {
    return 'ordered';
  }
}

describe('a new route', () => {
  const configuration = Object.assign(new ServiceConfiguration(), { OPERATOR_TOKEN: TOKEN });
  let app: INestApplication;
  let url: string;
  beforeAll(async () => {
    @Module({
      controllers: [NewController],
      providers: [
        { provide: ServiceConfiguration, useValue: configuration },
        { provide: ShopLogger, useValue: new ShopLogger({ app: 'test', format: 'json', level: 'error' }) },
        { provide: APP_GUARD, useClass: OperatorGuard },
      ],
    })
    class Root {}
    app = await NestFactory.create(Root, { logger: false });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  afterAll(() => app.close());

  const ask = (method: string, path: string, headers = {}): Promise<Response> =>
    fetch(`${url}${path}`, { method, headers });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'SEARCH'])('is open to operators only: %s', async (method) => {
    for (const path of ['/new', '/new/all']) {
      const refused = await ask(method, path);
      expect(refused.status, path).toBe(401);
      expect(await refused.text()).not.toContain('changed');
      const done = await ask(method, path, { Authorization: `Bearer ${TOKEN}` });
      expect(await done.text(), path).toBe('changed');
    }
  });

  it('is open for reading, and to customers if it is marked so', async () => {
    expect(await (await ask('GET', '/new')).text()).toBe('seen');
    expect((await ask('HEAD', '/new')).status).toBe(200);
    expect(await (await ask('POST', '/new/orders')).text()).toBe('ordered');
  });

  it('is closed to everybody if the app has no token', async () => {
    configuration.OPERATOR_TOKEN = '';
    for (const headers of [{}, { Authorization: 'Bearer ' }, { Authorization: 'Bearer x' }]) {
      const refused = await ask('POST', '/new', headers);
      expect(refused.status).toBe(403);
      expect(await refused.text()).toContain('OPERATOR_TOKEN');
    }
    expect(await (await ask('POST', '/new/orders')).text()).toBe('ordered');
  });
});
