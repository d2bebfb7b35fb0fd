import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { findRedis, ROOT } from '@shop/tools';

/** Packages whose version matters for the figures. */
const PACKAGES = ['ioredis', 'bullmq', '@nestjs/core', '@nestjs/microservices', 'class-validator'];

/** Where and when it is measured. */
export async function describeMachine() {
  const [cpu] = os.cpus();
  return {
    cpu: cpu?.model ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.versions.node,
    redis: (await findRedis())?.version ?? 'unknown',
    packages: Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
    date: new Date().toISOString().slice(0, 10),
    /** Of the last minute, before the first measurement: whoever else works meanwhile disturbs the figures. */
    load: os.loadavg()[0] ?? 0,
  };
}

/** @typedef {Awaited<ReturnType<typeof describeMachine>>} Machine */

/** @param {string} name */
function versionOf(name) {
  const file = path.join(ROOT, 'node_modules', name, 'package.json');
  return String(JSON.parse(readFileSync(file, 'utf8')).version);
}

/**
 * For people, in two lines.
 * @param {Machine} machine
 */
export function machineLines({ cpu, cores, memoryGiB, system, node, redis, packages, date, load }) {
  const versions = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  return [
    `${cpu}, ${String(cores)} cores, ${String(memoryGiB)} GiB, ${system}; load before ${load.toFixed(1)}; ${date}`,
    `Node.js ${node}, ${redis}, ${versions.join(', ')}`,
  ];
}
