import { Redis } from 'ioredis';
import { createOrders } from '../orders.js';
import { publishAll } from './drive.js';
import { startMeter } from './meter.js';
import type { EndProfile } from './profile.js';
import type { Bench, PublishRole } from './settings.js';

/** Publishes: the warm-up at once, what is measured when it is told to go. */
export async function publish({ contestant, settings, commands, parent }: Bench<PublishRole>): Promise<void> {
  const { url, warmUp, events, mode, profile } = settings;
  const publisher = await contestant.openPublisher(url);
  const orders = createOrders(warmUp, warmUp + events);
  await publishAll(publisher, createOrders(0, warmUp), mode);
  parent.say('warm');
  await parent.hear('go');

  const endProfile = profile === undefined ? undefined : await startProfileOf(profile);
  const meter = startMeter(commands);
  await publishAll(publisher, orders, mode);
  const spent = meter();
  await endProfile?.(events);
  parent.say('spent', spent);

  await parent.hear('check');
  parent.say('checked', { stored: await contestant.stored(new Redis(url)) });
  await publisher.close();
}

/** Loads the profiler only where it is asked for: its memory and its time are not the contestant's. */
async function startProfileOf(file: string): Promise<EndProfile> {
  const { startProfile } = await import('./profile.js');
  return startProfile(file);
}
