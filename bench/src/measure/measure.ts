import { Failure, startRedis, type RedisBinary } from '@shop/tools';
import { startChild, type Child } from './child.js';
import { measureConsume } from './consume.js';
import type { Figures } from './figures.js';
import type { MeasurementContext, Task } from './context.js';
import { measureIdle } from './idle.js';
import { measureLatency } from './latency.js';
import { measureMemory } from './memory.js';
import { Progress } from './progress.js';
import { measurePublish } from './publish.js';
import { monitorServer } from './server-stats.js';

/**
 * Measures one scenario of one contestant once, on its own Redis.
 *
 * @throws Failure if an event was lost or handled more than once, or if the deadline has passed
 */
export async function measure(task: Task, binary: RedisBinary): Promise<Figures> {
  const { contestant, warmUp, events } = task;
  const aof = task.aof === 'off' ? ['--appendonly', 'no'] : [];
  // Pub/sub has no backlog: if the consumer is slower than the publisher, the server must buffer the messages.
  const redis = await startRedis({ binary, args: [...aof, '--client-output-buffer-limit', 'pubsub', '0', '0', '0'] });
  const { url } = redis;
  const server = await monitorServer(url);
  const progress = new Progress();
  const children: Child[] = [];
  const start: MeasurementContext['start'] = (role) => {
    const child = startChild({ ...role, contestant, url, warmUp, events });
    children.push(child);
    return child;
  };
  const deadline = startDeadline(task, progress);
  try {
    return await Promise.race([measureScenario({ task, server, progress, start }), deadline.passed]);
  } finally {
    deadline.cancel();
    server.close();
    await Promise.all(children.map((child) => child.end(0)));
    await redis.stop();
  }
}

function measureScenario(context: MeasurementContext): Promise<Figures> {
  const { scenario } = context.task;
  switch (scenario.kind) {
    case 'publish':
      return measurePublish(scenario, context);
    case 'consume':
      return measureConsume(scenario, context);
    case 'latency':
      return measureLatency(context);
    case 'memory':
      return measureMemory(context);
    case 'idle':
      return measureIdle(scenario, context);
  }
}

function startDeadline({ deadlineMs, warmUp, events }: Task, progress: Progress) {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const { handled } = progress;
      const far = handled === undefined ? '' : `: ${String(handled)} of ${String(warmUp + events)} events were handled`;
      reject(new Failure(`not finished after ${String(Math.round(deadlineMs / 1000))}s${far}`));
    }, deadlineMs);
  });
  const cancel = () => {
    clearTimeout(timer);
  };
  return { passed, cancel };
}
