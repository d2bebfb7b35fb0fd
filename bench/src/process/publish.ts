import { Redis } from 'ioredis';
import { createOrders } from '../orders.js';
import { publishAll } from './publish-all.js';
import { startMeter } from './meter.js';
import type { EndProfile } from './profile.js';
import type { RoleContext, PublishRole } from './settings.js';

/** Publishes the warm-up at once, and the measured events after "go". */
export async function publish({ contestant, settings, commands, parent }: RoleContext<PublishRole>): Promise<void> {
  const { url, warmUp, events, mode, profile } = settings;
  const publisher = await contestant.openPublisher(url);
  const orders = createOrders(warmUp, warmUp + events);
  await publishAll(publisher, createOrders(0, warmUp), mode);
  parent.send('warm');
  await parent.receive('go');

  const endProfile = profile === undefined ? undefined : await startProfileOf(profile);
  const meter = startMeter(commands);
  await publishAll(publisher, orders, mode);
  const spent = meter();
  await endProfile?.(events);
  parent.send('usage', spent);

  await parent.receive('check');
  parent.send('checked', { stored: await contestant.stored(new Redis(url)) });
  await publisher.close();
}

/** Loads the profiler only when it is needed, because its memory and time would count as the contestant's. */
async function startProfileOf(file: string): Promise<EndProfile> {
  const { startProfile } = await import('./profile.js');
  return startProfile(file);
}
