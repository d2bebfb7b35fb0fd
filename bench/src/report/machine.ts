import { ROOT } from '@shop/tools';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Packages whose versions affect the figures. */
const PACKAGES = ['ioredis', 'bullmq', '@nestjs/core', '@nestjs/microservices', 'class-validator'];

/** The machine and the date of a measurement. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly redis: string;
  readonly packages: Readonly<Record<string, string>>;
  /** The day, in UTC. */
  readonly date: string;
  /** The load average of the last minute before the first measurement. Other load disturbs the figures. */
  readonly load: number;
}

/** @param redis the server's version */
export function describeMachine(redis: string): Machine {
  const [cpu] = os.cpus();
  return {
    cpu: cpu?.model ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.versions.node,
    redis,
    packages: Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
    date: new Date().toISOString().slice(0, 10),
    load: os.loadavg()[0] ?? 0,
  };
}

function versionOf(name: string): string {
  const file = path.join(ROOT, 'node_modules', name, 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** A description for people, in two lines. */
export function machineLines({ cpu, cores, memoryGiB, system, node, redis, packages, date, load }: Machine): string[] {
  const versions = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  return [
    `${cpu}, ${String(cores)} cores, ${String(memoryGiB)} GiB, ${system}; load before ${load.toFixed(1)}; ${date}`,
    `Node.js ${node}, ${redis}, ${versions.join(', ')}`,
  ];
}
