import { createServer } from 'node:net';

const LOWEST = 20_000;
const HIGHEST = 30_000;

/**
 * The first of `count` neighbouring ports of the loopback interface that are free now.
 *
 * @throws Error when there are none
 */
export async function findFreePortRange(count: number): Promise<number> {
  // Random, so that runs at the same time begin at different ports.
  const start = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
  for (let first = start; first < start + HIGHEST - LOWEST; first += count) {
    const ports = Array.from({ length: count }, (_, index) => first + index);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return first;
  }
  throw new Error(`Expected ${String(count)} neighbouring free ports from ${String(start)} on, found none`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
