import { takeAccounts } from './accounts.js';
import { fillBacklog } from './backlog.js';
import type { Figures } from './figures.js';
import type { Ground } from './ground.js';

export async function measureMemory(ground: Ground): Promise<Figures> {
  const { task, server, start, progress } = ground;
  const { warmUp, events } = task;
  const total = warmUp + events;
  const empty = await server.look();
  await fillBacklog(ground);
  const full = await server.look();
  const worker = start({ role: 'consume', withEffects: false, warmAfter: warmUp, watchMemory: true });
  await worker.hear('ready');
  progress.follow([worker]);
  worker.say('go');
  await progress.reached(total);
  const [account] = await takeAccounts([worker], total, false);
  return { memory: account?.memory ?? [], serverBytes: (full.memory - empty.memory) / total };
}
