import { eventually, type TestRedis } from '@repo/testing';

type Client = TestRedis['client'];

/** How Redis begins to refuse commands, and how it ends. `admin` may do everything throughout. */
export interface Refusal {
  begin: (admin: Client) => unknown;
  end: (admin: Client) => Promise<unknown>;
}

/** Writes are refused without the replicas that they need. */
export const NOREPLICAS: Refusal = {
  begin: (admin) => admin.config('SET', 'min-replicas-to-write', '1'),
  end: (admin) => admin.config('SET', 'min-replicas-to-write', '0'),
};

/** Everything is refused while a script does not end. */
export const BUSY: Refusal = {
  begin: async (admin) => {
    await admin.config('SET', 'busy-reply-threshold', '1');
    const other = admin.duplicate();
    const ended = () => { other.disconnect(); }; // prettier-ignore
    other.eval('while true do end', 0).then(ended, ended);
    await eventually('it is busy', () => admin.get('any').then(() => false, () => true)); // prettier-ignore
  },
  end: async (admin) => {
    await admin.script('KILL');
    await eventually('it is not busy any more', () => admin.config('SET', 'busy-reply-threshold', '5000'));
  },
};

/** A client that may do everything, whatever the default user may. */
export async function adminOf(redis: TestRedis): Promise<Client> {
  await redis.client.acl('SETUSER', 'admin', 'on', '>secret', '~*', '&*', '+@all');
  return redis.client.duplicate({ username: 'admin', password: 'secret' });
}
