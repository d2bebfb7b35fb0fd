import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { docker, inspect, type Container } from './docker.js';
import { findFreePortRange } from './free-ports.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** As many ports for processors as `docker-compose.yml` has by default. */
const PROCESSOR_PORTS = 10;

/** A consumer of a group, as `XINFO CONSUMERS` shows it. */
export interface Consumer {
  name: string;
  pending: number;
}

/** The shop of `docker-compose.yml`, under a name and on ports that no other shop has. */
export class ComposeShop {
  private constructor(
    readonly project: string,
    private readonly environment: NodeJS.ProcessEnv,
    private readonly files: readonly string[],
  ) {}

  /** @param files of compose, besides `docker-compose.yml` */
  static async create(
    settings: Readonly<Record<string, string>> = {},
    ...files: readonly string[]
  ): Promise<ComposeShop> {
    const first = await findFreePortRange(PROCESSOR_PORTS);
    const environment = {
      ...process.env,
      // 0: any port that is free
      ORDER_PORT: '0',
      PAYMENT_PORT: '0',
      INVENTORY_PORT: '0',
      SHIPPING_PORT: '0',
      CONSOLE_PORT: '0',
      PROCESSOR_PORTS: `${String(first)}-${String(first + PROCESSOR_PORTS - 1)}`,
      ...settings,
    };
    return new ComposeShop(`shop-test-${randomBytes(4).toString('hex')}`, environment, files);
  }

  /** Runs `docker compose` on this shop. */
  compose(...args: readonly string[]): Promise<string> {
    return this.composeWith({}, ...args);
  }

  /** Runs `docker compose` on this shop, with more settings than it has. */
  composeWith(settings: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<string> {
    const options = ['--ansi', 'never', '--project-name', this.project, '--project-directory', ROOT];
    const files = ['docker-compose.yml', ...this.files].flatMap((file) => ['--file', path.join(ROOT, file)]);
    return docker(['compose', ...options, ...files, ...args], { ...this.environment, ...settings });
  }

  /** Its containers, running or not, of one service or of all. */
  async containers(service?: string): Promise<Container[]> {
    const filters = [`project=${this.project}`, ...(service === undefined ? [] : [`service=${service}`])];
    const labels = filters.flatMap((filter) => ['--filter', `label=com.docker.compose.${filter}`]);
    return inspect(lines(await docker(['container', 'ls', '--all', '--quiet', '--no-trunc', ...labels])));
  }

  /** The address, on the host, of the first or another container of a service. */
  async url(service: string, container?: Container): Promise<string> {
    const [found = container] = container ? [container] : await this.containers(service);
    const [port] = Object.values(found?.NetworkSettings.Ports ?? {}).flatMap((published) => published ?? []);
    if (!port) throw new Error(`Expected ${service} to publish a port, found none`);
    return `http://127.0.0.1:${port.HostPort}`;
  }

  /** Runs a shell command in a container. */
  shell(container: Container, command: string): Promise<string> {
    return docker(['exec', container.Id, 'sh', '-c', command]);
  }

  /** Runs a Redis command in the container of Redis. */
  redis(...command: readonly string[]): Promise<string> {
    return this.compose('exec', '-T', 'redis', 'redis-cli', ...command);
  }

  /** All secrets that the first service has created. */
  async secrets(): Promise<string[]> {
    const show = 'cat /secrets/*/redis-password /secrets/*/operator-token';
    return [...new Set(lines(await this.compose('run', '--rm', '--entrypoint', 'sh', 'setup', '-c', show)))];
  }

  /**
   * The places to which another container in one of the shop's networks can open a connection.
   *
   * @param places name or address, and port: `redis:6379`
   */
  async reached(network: string, places: readonly string[]): Promise<string[]> {
    const probe = `for (const place of process.argv.slice(1)) {
      const [host, port] = place.split(':');
      const socket = require('net').connect(Number(port), host);
      socket.on('connect', () => { console.log(place); socket.destroy(); }).on('error', () => socket.destroy());
      socket.setTimeout(2000, () => socket.destroy());
    }`;
    const run = ['run', '--rm', '--network', `${this.project}_${network}`, '--entrypoint', 'node'];
    return lines(await docker([...run, `${this.project}-setup`, '-e', probe, ...places]));
  }

  /** The consumers of the processors' group on one stream. */
  async processorConsumers(stream: string): Promise<Consumer[]> {
    return JSON.parse(
      await this.redis('--json', 'XINFO', 'CONSUMERS', `ecommerce:${stream}`, 'ecommerce_processors'),
    ) as Consumer[];
  }

  /** How many orders the customers have placed so far. */
  async placed(): Promise<number> {
    const response = await fetch(`${await this.url('order-service')}/simulation`);
    return ((await response.json()) as { placed: number }).placed;
  }

  /** The token for operators of the shop. */
  operatorToken(): Promise<string> {
    return this.compose('run', '--rm', 'setup', 'token');
  }

  /** Stops the simulation, as an operator. */
  async stopSimulation(): Promise<Response> {
    const headers = { Authorization: `Bearer ${await this.operatorToken()}` };
    return fetch(`${await this.url('order-service')}/simulation/stop`, { method: 'POST', headers });
  }

  /** The sum of a metric over all its labels, from one container. */
  async metric(container: Container, name: string): Promise<number> {
    const response = await fetch(`${await this.url('processor', container)}/metrics`);
    const samples = lines(await response.text()).filter((line) => line.startsWith(`${name}{`));
    return samples.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  /** Builds all images, the audit's too. */
  async build(): Promise<void> {
    await this.compose('--profile', 'tools', 'build');
  }

  /** Removes containers, network, volume and images. */
  async remove(): Promise<void> {
    await this.compose(
      '--profile',
      'tools',
      'down',
      '--volumes',
      '--remove-orphans',
      '--rmi',
      'local',
      '--timeout',
      '5',
    );
  }
}

/** The non-empty lines of an output. */
export function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
