import { freshRedis } from '@repo/testing';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { watchAclDenials } from '../src/trial/acl-denials.js';

it('the collected denials include those that Redis forgets when it ends', async () => {
  await using redis = await freshRedis({ acl: 'user default reset off ~* &* +@all\nuser shop on >secret ~a +get\n' });
  const denials = watchAclDenials(redis.url.replace('//', '//tester:tester@'));
  const denied = async (command: string, ...args: string[]) => {
    const shop = new Redis(redis.url, { username: 'shop', password: 'secret', disableClientInfo: true, enableReadyCheck: false }); // prettier-ignore
    await expect(shop.call(command, ...args)).rejects.toThrow('NOPERM');
    shop.disconnect();
  };
  await denials.look();
  expect(denials.all()).toEqual([]);
  await denied('SET', 'a', '1');
  await denials.look();
  await redis.restart();
  await denied('GET', 'b');
  await denied('GET', 'b');
  await denials.look();
  expect(denials.all()).toEqual(['shop may not set (command, toplevel)', 'shop may not b (key, toplevel)']);
});
