import { describe, expect, it } from 'vitest';
import { parseShopArguments } from '../src/shop/arguments.js';
import { planApps, planConsole } from '../src/shop/apps.js';

function plan(args: string[], env: Record<string, string> = {}) {
  return planApps(parseShopArguments(args, env), env);
}

describe('the plan of the apps', () => {
  it('is the four services and a processor', () => {
    expect(plan([]).map(({ title, port }) => [title, port])).toEqual([
      ['order', 3001],
      ['payment', 3002],
      ['inventory', 3003],
      ['shipping', 3004],
      ['processor', 3010],
    ]);
  });

  it('has the given number of processors, with numbers in their titles', () => {
    const processors = plan(['--scale', 'processor=3'], { SHOP_PORT_BASE: '5000' }).slice(4);
    expect(processors.map(({ title, port }) => [title, port])).toEqual([
      ['processor-1', 5010],
      ['processor-2', 5011],
      ['processor-3', 5012],
    ]);
    expect(processors[2]?.env).toMatchObject({ HOST: '127.0.0.1', PORT: '5012' });
  });

  it('passes the options of the simulation to the apps that simulate', () => {
    const [order, payment, inventory, shipping] = plan(['--rate', '20', '--seed', '7', '--no-simulation']);
    expect(order?.env).toMatchObject({ SIMULATION_RATE: '20', SIMULATION_SEED: '7', SIMULATION_ENABLED: 'false' });
    expect(payment?.env).toMatchObject({ SIMULATION_SEED: '7' });
    expect(shipping?.env).toMatchObject({ SIMULATION_SEED: '7' });
    expect(inventory?.env).not.toHaveProperty('SIMULATION_SEED');
  });

  it('logs only warnings at the highest rate, unless the environment says otherwise', () => {
    for (const { env } of plan(['--rate', 'max'])) expect(env).toMatchObject({ LOG_LEVEL: 'warn', LOG_FORMAT: 'json' });
    const told = { LOG_LEVEL: 'info', LOG_FORMAT: 'pretty' };
    for (const { env } of plan(['--rate', 'max'], told)) expect(env).toMatchObject(told);
    for (const { env } of plan([])) expect(env).toMatchObject({ LOG_FORMAT: 'pretty' });
    expect(plan(['--rate', 'max'])[0]?.env).toMatchObject({ SIMULATION_RATE: 'max' });
  });

  it('does not override the environment if no option is given', () => {
    const [order] = plan([], { LOG_FORMAT: 'json', SIMULATION_RATE: '5' });
    expect(order?.env).toEqual({ HOST: '127.0.0.1', LOG_FORMAT: 'json', PORT: '3001' });
  });
});

describe('the plan of the console', () => {
  it('has port 8080 and the URLs of the services', () => {
    const { port, env } = planConsole(parseShopArguments(['--seed', '7'], {}), {});
    expect(port).toBe(8080);
    expect(env).toMatchObject({
      PORT: '8080',
      CONSOLE_HOST: '127.0.0.1',
      SIMULATION_SEED: '7',
      SHOP_ORDER_URL: 'http://127.0.0.1:3001',
      SHOP_PAYMENT_URL: 'http://127.0.0.1:3002',
    });
  });

  it('moves its port with the base', () => {
    expect(planConsole(parseShopArguments([], { SHOP_PORT_BASE: '5000' }), {}).port).toBe(10_080);
  });
});
