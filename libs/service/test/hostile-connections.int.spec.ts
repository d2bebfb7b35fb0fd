import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { eventually } from '@repo/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BoundedAdapter, CONNECTION_LIMITS } from '../src/requests/bounded-adapter.js';

@Controller()
class Root {
  @Get()
  answer(): string {
    return 'here';
  }
}

@Module({ controllers: [Root] })
class RootModule {}

/** A hundredth of the apps' limits, except for the number of connections. */
const LIMITS = { ...CONNECTION_LIMITS, connections: 3, headersMs: 100, requestMs: 200, checkMs: 10 };

let app: NestExpressApplication;
let sockets: Socket[];
beforeEach(async () => {
  sockets = [];
  app = await NestFactory.create<NestExpressApplication>(RootModule, new BoundedAdapter(LIMITS), { logger: false });
  await app.listen(0, '127.0.0.1');
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await app.close();
});

interface Line {
  socket: Socket;
  heard(): string;
  isOver(): boolean;
}

async function call(text = ''): Promise<Line> {
  const { port } = app.getHttpServer().address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  let [heard, isOver] = ['', false];
  socket.on('data', (chunk) => (heard += chunk.toString()));
  socket.on('close', () => (isOver = true));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(text);
  return { socket, heard: () => heard, isOver: () => isOver };
}

describe('a connection', () => {
  it('is closed if the headers or the body of a request do not arrive in time', async () => {
    const headers = await call('GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
    const body = await call('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{');
    for (const [what, line] of Object.entries({ headers, body })) {
      await eventually(`the one without its ${what} is closed`, () => line.isOver());
      expect(line.heard(), what).toMatch(/^HTTP\/1\.1 (408|404)/);
    }
  });

  it('is closed immediately if there are too many, without an effect on the others', async () => {
    const [first] = await Promise.all([call(), call(), call()]);
    const last = await call();
    await eventually('the last one is closed', () => last.isOver());
    first.socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await eventually('the first one is answered', () => first.heard().includes('here'));
  });

  it('is closed with the app', async () => {
    const line = await call('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await eventually('it is answered', () => line.heard().includes('here'));
    await app.close();
    await eventually('it is closed', () => line.isOver());
  });
});
