import { spawn, type ChildProcess } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { removeOnExit } from '../../src/machine/on-exit.js';
import { findFreePortBase } from '../../src/shop/free-ports.js';

const TOOLS = path.resolve(import.meta.dirname, '..', '..');
/** The library, whose parser of addresses the tools use, as it was built. */
const LIBRARY = path.join('libs', 'events');
const APPS = ['console', 'order-service', 'payment-service', 'inventory-service', 'shipping-service', 'processor'];

const APP = new URL('app.js', import.meta.url);
const AUDIT = new URL('audit.js', import.meta.url);
const SETUP = new URL('setup.js', import.meta.url);

/** A repository with the real tools and stand-ins for the apps, in a temporary directory. */
export interface FakeShop {
  readonly dir: string;
  /** The base of the apps' ports, which are free. */
  readonly portBase: number;
  /** Runs a command of the tools, such as `start`, with the directory of temporary files below `dir`. */
  run(tool: string, args: readonly string[], env?: Record<string, string>): ToolRun;
  remove(): Promise<void>;
}

export interface ToolRun {
  readonly child: ChildProcess;
  output(): string;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
  /** Waits until the output matches a pattern. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
}

export async function createFakeShop(): Promise<FakeShop> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'fake-shop-'));
  const cancelRemoval = removeOnExit(dir); // if the tests are interrupted
  // Keeps the files' times, by which the set-up sees that they are compiled.
  await cp(TOOLS, path.join(dir, 'tools'), { recursive: true, preserveTimestamps: true, filter: isWanted });
  for (const part of ['package.json', 'tsconfig.json', 'src', 'dist']) {
    const from = path.join(TOOLS, '..', LIBRARY, part);
    await cp(from, path.join(dir, LIBRARY, part), { recursive: true, preserveTimestamps: true });
  }
  // In tools/node_modules, which an installation does not change. Its dependencies are found at the target of the link.
  await mkdir(path.join(dir, 'tools', 'node_modules'), { recursive: true });
  await symlink(path.join(TOOLS, '..', 'node_modules', 'ioredis'), path.join(dir, 'tools', 'node_modules', 'ioredis'));
  await symlink(path.join(dir, LIBRARY), path.join(dir, 'tools', 'node_modules', 'nestjs-event-streams'));
  for (const app of APPS) await copyTo(path.join(dir, 'apps', app, 'dist', 'main.js'), APP);
  await copyTo(path.join(dir, 'libs', 'audit', 'dist', 'main.js'), AUDIT);
  await copyTo(path.join(dir, 'libs', 'setup', 'dist', 'main.js'), SETUP);
  const scripts = { build: 'node -e 0' };
  await writeFile(
    path.join(dir, 'package.json'),
    JSON.stringify({ name: 'fake-shop', version: '1.0.0', type: 'module', scripts }),
  );
  const lock = {
    name: 'fake-shop',
    version: '1.0.0',
    lockfileVersion: 3,
    packages: { '': { name: 'fake-shop', version: '1.0.0' } },
  };
  await writeFile(path.join(dir, 'package-lock.json'), JSON.stringify(lock));
  await mkdir(path.join(dir, 'node_modules'));
  await writeFile(path.join(dir, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: {} }));
  await mkdir(path.join(dir, 'tmp'));

  return {
    dir,
    portBase: await findFreePortBase([1, 2, 3, 4, 10, 11, 5080]),
    run(tool, args, env = {}) {
      return runTool(path.join(dir, 'tools', 'run.mjs'), [tool, ...args], { TMPDIR: path.join(dir, 'tmp'), ...env });
    },
    async remove() {
      await rm(dir, { recursive: true, force: true });
      cancelRemoval();
    },
  };
}

/** @param source a file or folder of the tools */
function isWanted(source: string): boolean {
  return source !== path.join(TOOLS, 'test');
}

async function copyTo(target: string, source: URL): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true });
  await cp(source, target);
}

/** The environment without the variables that npm, or a shop that runs the tests, would pass on to the tool. */
function withoutShopVariables(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const operating = /^(REDIS_URL|SHOP_|SIMULATION_|EVENTS_|OPERATOR_|npm_config_|FORCE_COLOR|NO_COLOR)/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !operating.test(name)));
}

const SAYS_DEADLINE_MS = 30_000;

/** Starts a tool. Variables that control the shop come from `env` only. */
export function runTool(file: string, args: readonly string[], env: Record<string, string>): ToolRun {
  const child = spawn(process.execPath, [file, ...args], {
    env: { ...withoutShopVariables(process.env), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      resolve(code);
      for (const listener of listeners) listener();
    });
  });
  return {
    child,
    output: () => output,
    ended,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const deadline = setTimeout(() => {
          settle(null, 'in time');
        }, SAYS_DEADLINE_MS);
        const settle = (match: RegExpExecArray | null, problem: string) => {
          clearTimeout(deadline);
          listeners.delete(look);
          if (match === null) reject(new Error(`The output did not match ${String(pattern)} ${problem}:\n${output}`));
          else resolve(match);
        };
        const look = () => {
          const match = pattern.exec(output);
          if (match !== null) settle(match, '');
          else if (child.exitCode !== null) settle(null, `before it ended with ${String(child.exitCode)}`);
        };
        listeners.add(look);
        look();
      }),
  };
}
