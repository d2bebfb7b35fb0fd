import { Redis } from 'ioredis';
import { createOrders } from '../orders.mjs';
import { cpuUs, now } from './clock.mjs';
import { publishAll } from './drive.mjs';
import { startProfile } from './profile.mjs';

/**
 * Publishes: the warm-up at once, what is measured when it is told to go.
 * @param {import('./settings.mjs').Role} role
 */
export async function publish({ contestant, settings, commands, talk }) {
  const { url, warmUp, events, how, profile } = settings;
  const publisher = await contestant.openPublisher(url);
  const orders = createOrders(warmUp, warmUp + events);
  await publishAll(publisher, createOrders(0, warmUp), how);
  talk.say('warm');
  await talk.hear('go');

  const endProfile = profile === undefined ? undefined : await startProfile(profile);
  const before = { at: now(), cpu: cpuUs(), commands: commands() };
  await publishAll(publisher, orders, how);
  const after = { at: now(), cpu: cpuUs(), commands: commands() };
  await endProfile?.(events);
  talk.say('done', {
    ms: after.at - before.at,
    cpuUs: after.cpu - before.cpu,
    commands: after.commands - before.commands,
  });

  await talk.hear('check');
  const redis = new Redis(url);
  talk.say('checked', { stored: await contestant.stored(redis) });
  await publisher.close();
}
