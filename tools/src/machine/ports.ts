import net from 'node:net';

/** A free port of the loopback interface. Another process may take it before the caller does. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => {
        resolve(port);
      });
    });
  });
}

/** Why a port of the loopback interface cannot be listened on, or null if it can. */
export async function portProblem(port: number): Promise<string | null> {
  // Listening is no sufficient check: on macOS, 127.0.0.1 can be bound although a server listens on all interfaces.
  if (await isListenedOn(port)) return 'is in use';
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve('is in use');
      else if (error.code === 'EACCES') resolve('is not allowed for this user');
      else resolve(`cannot be used (${error.code ?? error.message})`);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(null);
      });
    });
  });
}

function isListenedOn(port: number) {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: '127.0.0.1' });
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(500, () => {
      settle(true);
    });
    socket.once('connect', () => {
      settle(true);
    });
    socket.once('error', () => {
      settle(false);
    });
  });
}
