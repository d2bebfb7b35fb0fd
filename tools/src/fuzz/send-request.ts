import net from 'node:net';

const ANSWER_DEADLINE_MS = 10_000;
/** How long the rest of an unfinished request is withheld: long enough that the app must wait for it. */
const UNFINISHED_MS = 1000;

/**
 * The outcome of a request: the status of the answer; `closed` if the app closed the connection; `waiting` if the app was still
 * waiting for the rest of the request; `no answer` if none came within ten seconds.
 */
export type Outcome = number | 'closed' | 'waiting' | 'no answer';

/** Sends a request, and reads the answer to its end. */
export function sendRequest({
  port,
  bytes,
  isUnfinished,
}: {
  port: number;
  bytes: string | Buffer;
  isUnfinished: boolean;
}): Promise<Outcome> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: '127.0.0.1', port });
    let answer = Buffer.alloc(0);
    const end = (otherwise: Outcome) => {
      clearTimeout(timer);
      socket.destroy();
      const status = /^HTTP\/1\.[01] (\d{3}) /.exec(answer.toString('latin1'))?.[1];
      resolve(status === undefined ? otherwise : Number(status));
    };
    const timer = setTimeout(
      () => {
        end(isUnfinished ? 'waiting' : 'no answer');
      },
      isUnfinished ? UNFINISHED_MS : ANSWER_DEADLINE_MS,
    );
    socket.on('data', (chunk) => {
      if (answer.length < 100) answer = Buffer.concat([answer, chunk.subarray(0, 100)]);
    });
    socket.on('error', () => {
      end('closed');
    });
    socket.on('close', () => {
      end('closed');
    });
    socket.write(bytes);
  });
}
