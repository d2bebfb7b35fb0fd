import { freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ada, personHandler, PersonRegistered } from '../../events/test/people.js';
import { startWorker } from '../../events/test/worker.js';
import { runCli } from './command-line.js';

describe('events subjects', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  const cli = (args: string[], input?: string) =>
    runCli([...args, '--prefix', 'people'], {
      env: { REDIS_URL: redis.url },
      ...(input === undefined ? {} : { input }),
    });

  it('forgets a subject after a confirmation, and shows what is encrypted and what is erased', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'people', group: null, erasure: true });
    const id = await worker.producer.publish(PersonRegistered, ada());
    const show = async () => (await cli(['show', 'people', id])).stdout;
    expect(await show()).toContain('"name": "(encrypted)"');
    expect(await show()).not.toContain('sealed');

    const refused = await cli(['subjects', 'forget', 'ada'], 'n\n');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('The personal data of ada in all events of people will be erased for good');
    expect(refused.stderr).toContain('Nothing was done.');
    expect((await cli(['subjects', 'forget', 'ada'], '')).code).toBe(1);
    expect(await redis.client.hexists('people:subjects:keys', 'ada')).toBe(1);
    expect(await cli(['subjects', 'show', 'ada'])).toMatchObject({ code: 1, stdout: 'ada was not forgotten.\n' });

    const done = await cli(['subjects', 'forget', 'ada', '--by', 'eve', '--why', 'request 7'], 'y\n');
    expect(done.code).toBe(0);
    expect(done.stdout).toContain('ada is forgotten. Run BGREWRITEAOF and BGSAVE');
    expect(await redis.client.hexists('people:subjects:keys', 'ada')).toBe(0);
    const shown = await cli(['subjects', 'show', 'ada']);
    expect(shown.code).toBe(0);
    expect(shown.stdout).toMatch(/^ada was forgotten at \S+Z by eve \(request 7\)\n$/);
    expect(await show()).toContain('"name": "(erased)"');
    const [row] = (await cli(['show', 'people', id, '--json'])).rows<{ event: { data: { age: unknown } } }>();
    expect(row?.event.data.age).toMatchObject({ $personal: 1, subject: 'ada', key: 1 });

    const again = await cli(['subjects', 'forget', 'ada', '--yes', '--json']);
    expect(again.code).toBe(1);
    expect(again.rows()).toMatchObject([{ subject: 'ada', destroyed: false, forgotten: { number: 1, by: 'eve' } }]);
    expect((await cli(['subjects', 'forget', 'a b'])).code).toBe(2);
  });

  it('shows dead letters without the data', async () => {
    const failing = personHandler(() => { throw new Error('broken'); }, { retry: { attempts: 1 } }); // prettier-ignore
    await using worker = await startWorker(redis.url, { prefix: 'people', group: 'failing', erasure: true }, [failing]);
    await worker.producer.publish(PersonRegistered, ada('bob'));
    await expect
      .poll(async () => (await cli(['dead-letters', 'list', 'people', '--json'])).rows().length, { timeout: 20_000 })
      .toBe(2);
    const rows = (await cli(['dead-letters', 'list', 'people', '--json'])).rows<{ id: string }>();
    const shown = await Promise.all(rows.map(({ id }) => cli(['dead-letters', 'show', 'people', id])));
    const text = shown.map(({ stdout }) => stdout).join('\n');
    expect(text).toContain('"email": "(erased)"');
    expect(text).toContain('"email": "(encrypted)"');
    expect(text).not.toContain('example.org');
  });
});
