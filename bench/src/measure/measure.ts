import { Failure, startRedis, type RedisBinary } from '@shop/tools';
import { startChild, type Child } from './child.js';
import { measureConsume } from './consume.js';
import type { Figures } from './figures.js';
import type { Ground, Task } from './ground.js';
import { measureIdle } from './idle.js';
import { measureLatency } from './latency.js';
import { measureMemory } from './memory.js';
import { Progress } from './progress.js';
import { measurePublish } from './publish.js';
import { watchServer } from './server-stats.js';

/**
 * Measures one thing once, on a Redis of its own.
 *
 * @throws Failure when an event was lost or handled more than once, or when the deadline is over
 */
export async function measure(task: Task, binary: RedisBinary): Promise<Figures> {
  const { contestant, warmUp, events } = task;
  const aof = task.aof === 'off' ? ['--appendonly', 'no'] : [];
  // Pub/sub has no backlog: where the consumer is slower than its publisher, the server must hold what is on its way.
  const redis = await startRedis({ binary, args: [...aof, '--client-output-buffer-limit', 'pubsub', '0', '0', '0'] });
  const { url } = redis;
  const server = await watchServer(url);
  const progress = new Progress();
  const children: Child[] = [];
  const start: Ground['start'] = (role) => {
    const child = startChild({ ...role, contestant, url, warmUp, events });
    children.push(child);
    return child;
  };
  const deadline = startDeadline(task, progress);
  try {
    return await Promise.race([measureScenario({ task, server, progress, start }), deadline.passed]);
  } finally {
    deadline.callOff();
    server.close();
    await Promise.all(children.map((child) => child.end(0)));
    await redis.stop();
  }
}

function measureScenario(ground: Ground): Promise<Figures> {
  const { scenario } = ground.task;
  switch (scenario.kind) {
    case 'publish':
      return measurePublish(scenario, ground);
    case 'consume':
      return measureConsume(scenario, ground);
    case 'latency':
      return measureLatency(ground);
    case 'memory':
      return measureMemory(ground);
    case 'idle':
      return measureIdle(scenario, ground);
  }
}

function startDeadline({ deadlineMs, warmUp, events }: Task, progress: Progress) {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const { handled } = progress;
      const far = handled === undefined ? '' : `: ${String(handled)} of ${String(warmUp + events)} events were handled`;
      reject(new Failure(`no end within ${String(Math.round(deadlineMs / 1000))}s${far}`));
    }, deadlineMs);
  });
  const callOff = () => {
    clearTimeout(timer);
  };
  return { passed, callOff };
}
