import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { Redis, type RedisOptions } from 'ioredis';
import { endGroupOnExit, findFreePort } from '@shop/tools';
import { startProxy } from '../test/tcp-proxy.js';

/** A master, its replicas, and three Sentinels that watch them. */
export interface Sentinels extends AsyncDisposable {
  /** How clients find the master, whoever that is: for `EventsModule`. */
  readonly options: RedisOptions;
  /** Looks at the master; it follows a failover. */
  readonly client: Redis;
  /** The server that was the master at first. */
  readonly first: TestRedis;
  /** Asks for another master, as an operator does. Resolves when there is one. */
  failover(): Promise<void>;
  /** Suspends the first master: it keeps its connections and answers nothing. Resolves when there is another one. */
  freezeMaster(): Promise<void>;
  /** Lets it go on, as one that knows of no failover. Resolves when the Sentinels have made it a replica. */
  thawMaster(): Promise<void>;
  /** Ends the first master. Resolves when there is another one. */
  killMaster(): Promise<void>;
  /** From now on the first replica gets nothing from its master, and does not know; it must have been started with a proxy. */
  cutReplicaLink(): void;
}

export interface SentinelOptions {
  /** @default 1 */
  replicas?: number;
  /** Whether the first replica has its master's data through a proxy. @default false */
  withProxy?: boolean;
}

const NAME = 'shop';
const SENTINELS = 3;
/** How long a server may be silent before a Sentinel takes it for dead. */
const DOWN_AFTER_MS = 1000;
/** Sentinels would give a replica that has its data through a proxy the true master after this; no test takes so long. */
const CORRECTION_MS = 120_000;
/** Twice so long after a vote that elected nobody, Sentinels vote again. */
const NEXT_ATTEMPT_MS = 3000;
/** Several votes, and the 8 s that Sentinels leave a master that was away to find out by itself that it is none. */
const FAILOVER_DEADLINE_MS = 40_000;
const REPLICATION = ['--repl-diskless-sync', 'yes', '--repl-diskless-sync-delay', '0'];

export async function startSentinels(options: SentinelOptions = {}): Promise<Sentinels> {
  const started: AsyncDisposable[] = [];
  const end = async (): Promise<void> => {
    for (const one of started.splice(0).reverse()) await one[Symbol.asyncDispose]();
  };
  try {
    return await start(options, end, async (starting) => {
      const one = await starting;
      started.push(one);
      return one;
    });
  } catch (error) {
    await end();
    throw error;
  }
}

async function start(
  { replicas = 1, withProxy = false }: SentinelOptions,
  end: () => Promise<void>,
  own: <T extends AsyncDisposable>(starting: Promise<T>) => Promise<T>,
): Promise<Sentinels> {
  const first = await own(freshRedis({ args: REPLICATION }));
  const proxy = withProxy ? await own(startProxy(first.url)) : undefined;
  for (let index = 0; index < replicas; index += 1) {
    const port = index === 0 && proxy ? proxy.port : first.server.port;
    await own(freshRedis({ args: [...REPLICATION, '--replicaof', `127.0.0.1 ${String(port)}`] }));
  }
  await eventually('all replicas are in step', async () => {
    const info = await first.client.info('replication');
    return (info.match(/state=online/g) ?? []).length === replicas;
  });
  const sentinels: Sentinel[] = [];
  for (let index = 0; index < SENTINELS; index += 1) sentinels.push(await own(startSentinel(first)));
  const [asked] = sentinels as [Sentinel];
  await eventually('the Sentinels know each other and the replicas', async () => {
    const known = String(await asked.ask('SENTINELS', NAME)).match(/runid/g) ?? [];
    const found = String(await asked.ask('REPLICAS', NAME)).match(/master-link-status,ok/g) ?? [];
    return known.length === SENTINELS - 1 && found.length === replicas;
  });

  const options: RedisOptions = {
    name: NAME,
    sentinels: sentinels.map(({ port }) => ({ host: '127.0.0.1', port })),
    sentinelRetryStrategy: () => 100,
  };
  const client = new Redis({ name: NAME, sentinels: options.sentinels ?? [], maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  // GET-MASTER-ADDR-BY-NAME names the new master some time before the Sentinel tells its subscribers of it; this, only then.
  const masterPort = async (): Promise<number> => {
    const words = (await asked.ask('MASTER', NAME)) as string[];
    return Number(words[words.indexOf('port') + 1]);
  };
  /** Does what ends the master's time, and waits for the next one. */
  const replaceMaster = async (provoke: () => unknown): Promise<void> => {
    const before = await masterPort();
    for (const { ask } of sentinels) await ask('SET', NAME, 'failover-timeout', String(NEXT_ATTEMPT_MS));
    await provoke();
    await eventually('there is another master', async () => (await masterPort()) !== before, FAILOVER_DEADLINE_MS);
    // One that is not connected finds the new master by itself; told to leave what it has not got, it would never come back.
    if (client.status === 'ready') client.disconnect(true);
    await eventually('it serves', async () => (await client.info('replication')).includes('role:master'));
  };
  return {
    options,
    client,
    first,
    failover: () =>
      replaceMaster(() => eventually('a Sentinel begins', async () => (await asked.ask('FAILOVER', NAME)) === 'OK')),
    freezeMaster: () =>
      replaceMaster(() => {
        first.server.freeze();
      }),
    async thawMaster() {
      first.server.thaw();
      const isReplica = async () => (await first.client.info('replication')).includes('role:slave');
      await eventually('it is a replica', isReplica, FAILOVER_DEADLINE_MS);
    },
    killMaster: () => replaceMaster(() => first.server.kill()),
    cutReplicaLink() {
      proxy?.dropReplies();
    },
    async [Symbol.asyncDispose]() {
      client.disconnect();
      await end();
    },
  };
}

interface Sentinel extends AsyncDisposable {
  port: number;
  /** Runs `SENTINEL …`. */
  ask: (...words: string[]) => Promise<unknown>;
}

/** One Sentinel, by the same program as the servers. */
async function startSentinel(master: TestRedis): Promise<Sentinel> {
  const dir = await mkdtemp(path.join(tmpdir(), 'event-streams-sentinel-'));
  const port = await findFreePort();
  const configuration = path.join(dir, 'sentinel.conf');
  const settings = [
    `port ${String(port)}`,
    'bind 127.0.0.1',
    `dir ${dir}`,
    `sentinel monitor ${NAME} 127.0.0.1 ${String(master.server.port)} 2`,
    `sentinel down-after-milliseconds ${NAME} ${String(DOWN_AFTER_MS)}`,
    `sentinel failover-timeout ${NAME} ${String(CORRECTION_MS)}`,
  ];
  await writeFile(configuration, `${settings.join('\n')}\n`);
  const program = master.server.process.spawnfile;
  // A group of its own, which can be ended whatever becomes of the test.
  const child = spawn(program, [configuration, '--sentinel'], { stdio: 'ignore', detached: true });
  const callOff = endGroupOnExit(child.pid ?? 0, 1);
  const exited = once(child, 'exit');
  const client = new Redis({ host: '127.0.0.1', port, maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  const end = async (): Promise<void> => {
    client.disconnect();
    child.kill('SIGKILL');
    await exited;
    callOff();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await eventually('the Sentinel answers', () => {
      if (child.exitCode !== null) throw new Error(`The Sentinel ended with ${String(child.exitCode)}`);
      return client.status === 'ready';
    });
  } catch (error) {
    await end();
    throw error;
  }
  return { port, ask: (...words) => client.call('SENTINEL', ...words), [Symbol.asyncDispose]: end };
}
