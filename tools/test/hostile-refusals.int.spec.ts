import { freshRedis } from '@repo/testing';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { watchRefusals } from '../src/trial/refusals.js';

it('chaos knows what Redis has refused its users, also before it was killed', async () => {
  await using redis = await freshRedis({ acl: 'user default reset off ~* &* +@all\nuser shop on >secret ~a +get\n' });
  const refusals = watchRefusals(redis.url.replace('//', '//tester:tester@'));
  const refused = async (command: string, ...args: string[]) => {
    const shop = new Redis(redis.url, { username: 'shop', password: 'secret', disableClientInfo: true, enableReadyCheck: false }); // prettier-ignore
    await expect(shop.call(command, ...args)).rejects.toThrow('NOPERM');
    shop.disconnect();
  };
  await refusals.look();
  expect(refusals.all()).toEqual([]);
  await refused('SET', 'a', '1');
  await refusals.look();
  await redis.restart();
  await refused('GET', 'b');
  await refused('GET', 'b');
  await refusals.look();
  expect(refusals.all()).toEqual(['shop may not set (command, toplevel)', 'shop may not b (key, toplevel)']);
});
