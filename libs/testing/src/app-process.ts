import { spawn, type ChildProcess } from 'node:child_process';
import { endGroupOnExit } from '@shop/tools';
import { eventually } from './condition.js';

/** Long, because several apps start at once, beside other tests. */
const START_DEADLINE_MS = 60_000;

/** A built app of the shop, as a process. */
export interface AppProcess extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  /** Its whole output so far. */
  output(): string;
  /** Resolves when it has ended. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Waits until `GET /health` answers 200. */
  healthy(): Promise<void>;
  /** Ends it with SIGKILL, like a crash. */
  kill(): Promise<void>;
  /** Stops it with SIGTERM. @returns its exit code */
  stop(): Promise<number | null>;
}

/**
 * Starts `apps/<app>/dist/main.js` on a free loopback port.
 *
 * @param environment is added to the settings that all apps of tests have
 */
export async function startApp(app: string, environment: Readonly<Record<string, string>>): Promise<AppProcess> {
  const child = spawnApp(app, { PORT: '0', ...environment });
  const cancel = endGroupOnExit(child.pid ?? 0, 1);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('exit', (code, signal) => {
      cancel();
      resolve({ code, signal });
    });
  });
  let ended = false;
  void exited.then(() => (ended = true));
  // The system chooses the port, and the app logs it.
  const url = await eventually(
    `${app} listens`,
    () => {
      if (ended) return 'ended';
      return /listens on (http:\/\/[^\s"]+)/.exec(output)?.[1];
    },
    START_DEADLINE_MS,
  );
  const stop = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    return (await exited).code;
  };
  return {
    name: app,
    url,
    pid: child.pid ?? 0,
    output: () => output,
    exited,
    async healthy() {
      await eventually(`${app} is healthy (${output.slice(-500)})`, async () => (await fetch(`${url}/health`)).ok);
    },
    async kill() {
      await stop('SIGKILL');
    },
    stop: () => stop('SIGTERM'),
    async [Symbol.asyncDispose]() {
      await stop('SIGKILL');
    },
  };
}

function spawnApp(app: string, environment: Readonly<Record<string, string>>): ChildProcess {
  const main = new URL(`../../../apps/${app}/dist/main.js`, import.meta.url).pathname;
  return spawn(process.execPath, ['--enable-source-maps', main], {
    env: { PATH: process.env['PATH'], LOG_FORMAT: 'json', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // its own process group, which is ended even if the test process is killed
  });
}
