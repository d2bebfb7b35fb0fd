import { access } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { ComposeShop } from './compose-shop.js';

interface Service {
  image: string;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  mem_limit?: string;
  environment?: Record<string, string>;
  networks?: Record<string, unknown>;
  ports: { host_ip?: string; published: string; target: number }[];
  volumes: { type: string; source: string; read_only?: boolean }[];
}

let services: Record<string, Service>;

async function servicesOf(...profile: readonly string[]): Promise<Record<string, Service>> {
  const shop = await ComposeShop.create({ PROMETHEUS_PORT: '19090', GRAFANA_PORT: '13000' });
  return (JSON.parse(await shop.compose(...profile, 'config', '--format', 'json')) as { services: typeof services })
    .services;
}

beforeAll(async () => {
  services = await servicesOf('--profile', 'observability');
});

it('is not part of the shop unless it is asked for', async () => {
  expect(Object.keys(await servicesOf())).not.toContain('prometheus');
  expect(Object.keys(services)).toEqual(expect.arrayContaining(['order-service', 'prometheus', 'grafana']));
});

describe.each([
  ['prometheus', '19090', 9090],
  ['grafana', '13000', 3000],
])('%s', (name, published, target) => {
  const service = (): Service => services[name] as Service;

  it('is published on 127.0.0.1 only, on the port that was set', () => {
    expect(service().ports).toEqual([expect.objectContaining({ host_ip: '127.0.0.1', published, target })]);
  });

  it('has an image of one version', () => {
    expect(service().image).toMatch(/:v?\d+\.\d+\.\d+$/);
  });

  it('has no capabilities, no disk to write to, and not all the memory', () => {
    expect(service()).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      mem_limit: expect.stringMatching(/^\d+$/),
    });
  });

  it('gets files of this repository that are there, and cannot change them', async () => {
    const files = service().volumes.filter(({ type }) => type === 'bind');
    expect(files).not.toEqual([]);
    for (const { source, read_only } of files) {
      expect(read_only).toBe(true);
      await access(source);
    }
  });
});

it('lets whoever reaches Grafana look, and nobody change anything', () => {
  expect(services['grafana']?.environment).toMatchObject({
    GF_AUTH_ANONYMOUS_ORG_ROLE: 'Viewer',
    GF_AUTH_DISABLE_LOGIN_FORM: 'true',
    GF_AUTH_BASIC_ENABLED: 'false',
  });
});

it('reaches the apps by Prometheus alone, and Redis not at all', () => {
  const inNetwork = (network: string): string[] =>
    Object.keys(services).filter((name) => Object.keys(services[name]?.networks ?? {}).includes(network));
  const apps = ['console', 'inventory-service', 'order-service', 'payment-service', 'processor', 'shipping-service'];
  expect(inNetwork('observation').sort()).toEqual(['grafana', 'prometheus']);
  expect(inNetwork('shop').sort()).toEqual([...apps, 'prometheus'].sort());
  expect(inNetwork('store').sort()).toEqual([...apps, 'redis'].sort());
  expect(Object.values(services).flatMap(({ networks }) => Object.keys(networks ?? {}))).not.toContain('default');
});
