import { freshRedis, startApp, type AppProcess, type TestRedis } from '@repo/testing';
import { audit, waitUntilQuiet, type AuditReport } from '@shop/audit';
import { aclFile, type User } from '@shop/setup';
import { catalogue, offersIn } from '@shop/simulation';
import { expect } from 'vitest';

/** The whole shop as processes, on a Redis of its own. */
export interface Shop extends AsyncDisposable {
  readonly redis: TestRedis;
  readonly apps: readonly AppProcess[];
  readonly orders: AppProcess;
  readonly payments: AppProcess;
  readonly processors: readonly AppProcess[];
  /** Starts one more process, which stops with the shop. */
  another(app: string): Promise<AppProcess>;
  /** Sends JSON as an operator, and returns the status and the parsed answer. */
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<{ status: number; body: Answer }>;
  /** `GET` on the first processor. */
  order(id: string): Promise<{ status: number; body: Answer }>;
  /** How many orders were placed so far. */
  placed(): Promise<number>;
  /** How many of them are shipped or declined, from the first processor. */
  done(): Promise<number>;
  /** Stops the simulation, waits until all events are handled, and checks that every law is kept. */
  lawsAreKept(): Promise<AuditReport>;
}

/** The fields of the shop's answers; each answer has some of them. */
interface Answer {
  order_id: string;
  entry_id: string;
  state: string | null;
  message: string | string[];
  timeline: { event_type: string }[];
}

/** The token for operators of a test's shop, and its header. */
export const OPERATOR_TOKEN = 'the-operator-of-this-test';
export const AS_OPERATOR = { Authorization: `Bearer ${OPERATOR_TOKEN}` };

/** Short times, so that takeovers and gateway calls happen soon. */
const QUICK = { EVENTS_CLAIM_AFTER_MS: '1500', GATEWAY_LATENCY_MS: '5', SHUTDOWN_TIMEOUT_MS: '5000' };

export interface ShopOptions {
  processors?: number;
  /** The simulation is off by default. */
  environment?: Record<string, string>;
  /** Its Redis has the shop's users, with these passwords, and writes to disk before each answer. Each app is its own user. */
  passwords?: Readonly<Record<User, string>>;
}

/** Starts the shop. */
export async function startShop(options: ShopOptions = {}): Promise<Shop> {
  const { passwords } = options;
  const redis = await freshRedis(
    passwords && { acl: aclFile(passwords, 'ecommerce'), args: ['--appendfsync', 'always'] },
  );
  const { apps, orders, payments, processors, start } = await startApps(redis, options);

  const post: Shop['post'] = async (path, body, headers = {}) => {
    const response = await fetch(`${orders.url}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...AS_OPERATOR, ...headers },
      body: JSON.stringify(body ?? {}),
    });
    return { status: response.status, body: (await response.json()) as Answer };
  };
  return {
    redis,
    apps,
    orders,
    payments,
    processors,
    async another(app) {
      const started = await start(app);
      apps.push(started);
      return started;
    },
    post,
    async order(id) {
      const response = await fetch(`${processors[0]?.url ?? ''}/orders/${id}`);
      return { status: response.status, body: (await response.json()) as Answer };
    },
    placed: () => redis.client.xlen('ecommerce:orders'),
    async done() {
      const response = await fetch(`${processors[0]?.url ?? ''}/summary`);
      const { orders_by_state: states } = (await response.json()) as { orders_by_state: Record<string, number> };
      return (states['shipped'] ?? 0) + (states['declined'] ?? 0);
    },
    async lawsAreKept() {
      await post('/simulation/stop');
      const place = passwords ? { url: redis.url, username: 'audit', password: passwords.audit } : redis.url;
      await waitUntilQuiet(place, { deadlineMs: 40_000 });
      const report = await audit(place);
      expect(report.laws.flatMap(({ problems }) => problems)).toEqual([]);
      expect(report).toMatchObject({ kept: true, quiet: true });
      return report;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(apps.map((app) => app.stop()));
      await redis.stop();
    },
  };
}

async function startApps(redis: TestRedis, { passwords, environment, processors = 1 }: ShopOptions) {
  const shared = { SIMULATION_ENABLED: 'false', OPERATOR_TOKEN, ...QUICK, ...environment, REDIS_URL: redis.url };
  const start = (app: string): Promise<AppProcess> =>
    startApp(app, { ...shared, ...(passwords ? signInOf(app as User, passwords) : {}) });
  const names = ['payment-service', 'inventory-service', 'shipping-service', 'order-service'];
  const apps = await Promise.all([...names, ...Array<string>(processors).fill('processor')].map(start));
  const [payments] = apps;
  const orders = apps[names.length - 1];
  if (!orders || !payments) throw new Error('no order or payment service');
  await Promise.all(apps.map((app) => app.healthy()));
  return { apps, orders, payments, processors: apps.slice(names.length), start };
}

/** Settings of a process that signs in to Redis as a user. */
export function signInOf(user: User, passwords: Readonly<Record<User, string>>) {
  return { REDIS_USERNAME: user, REDIS_PASSWORD: passwords[user] };
}

/** `SIMULATION_SEED` where nothing sets it. */
const SEED = 42;

/** What the shop of the tests sells, at the prices of a currency. */
export function offers(currency: string) {
  return offersIn(currency, catalogue(SEED));
}

/** A valid body of `POST /orders`. */
export function orderBody(changes: Record<string, unknown> = {}) {
  const currency = changes['currency'] === 'EUR' ? 'EUR' : 'GBP';
  const [first, second] = offers(currency);
  return {
    customer: { name: 'Ada Lovelace', email: 'ada@example.com' },
    items: [
      { ...first, quantity: 2 },
      { ...second, quantity: 1 },
    ],
    currency,
    shipping_address: { street: '12 St James’s Square', city: 'London', postal_code: 'SW1Y 4JH', country: 'GB' },
    ...changes,
  };
}

/** What {@link orderBody} comes to, without changes. */
export function orderTotal(): number {
  return orderBody().items.reduce((total, { quantity, unit_price = 0 }) => total + quantity * unit_price, 0);
}
