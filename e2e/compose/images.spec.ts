import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ComposeShop, lines } from './compose-shop.js';
import { docker } from './docker.js';

const IMAGES = {
  'order-service': 'apps/order-service',
  'payment-service': 'apps/payment-service',
  'inventory-service': 'apps/inventory-service',
  'shipping-service': 'apps/shipping-service',
  processor: 'apps/processor',
  console: 'apps/console',
  audit: 'libs/audit',
  events: 'libs/events-cli',
  setup: 'libs/setup',
};

/** How much an image may add to the image of Node.js, in bytes. */
const MAX_BYTES = 40e6;

const RUNNABLE =
  /^\/shop\/(apps|libs)\/[^/]+\/(package\.json|LICENSE|dist\/.+\.js(\.map|\.br|\.gz)?|lua\/[^/]+\.lua|(address|bin)\/[^/]+\.(mjs|sh)|redis\/(bin\/redis-cli|[^/]+\.conf)|dist\/openapi\/schemas\.json|dist\/web\/.+\.(html|css|svg|woff2?)(\.br|\.gz)?)$/;

interface Image {
  Size: number;
  Config: { User: string };
}

async function imageOf(name: string): Promise<Image> {
  const [image] = JSON.parse(await docker(['image', 'inspect', name])) as Image[];
  if (!image) throw new Error(`Expected an image ${name}, found none`);
  return image;
}

let shop: ComposeShop;

beforeAll(async () => {
  shop = await ComposeShop.create();
  await shop.build();
});

afterAll(async () => {
  await shop.remove();
});

describe.each(Object.entries(IMAGES))('the image of %s', (service, folder) => {
  let files: string[];
  const image = (): string => `${shop.project}-${service}`;

  beforeAll(async () => {
    files = lines(await docker(['run', '--rm', '--entrypoint', 'find', image(), '/shop', '-type', 'f']));
  });

  it('holds what runs: no source, no test, no types', () => {
    const own = files.filter((file) => !file.includes('/node_modules/'));
    expect(own).toContain(`/shop/${folder}/dist/main.js`);
    expect(own).toContain('/shop/libs/events/lua/settle.lua');
    expect(own.filter((file) => !RUNNABLE.test(file))).toEqual([]);
    expect(files.filter((file) => /\.[cm]?ts$/.test(file))).toEqual([]);
  });

  it('holds no other app', () => {
    const apps = files.flatMap((file) => /^\/shop\/(apps\/[^/]+)\//.exec(file)?.[1] ?? []);
    expect([...new Set(apps)]).toEqual(folder.startsWith('apps/') ? [folder] : []);
  });

  it('holds the packages that run, and none that build or test', async () => {
    const { packages } = JSON.parse(await readFile('package-lock.json', 'utf8')) as {
      packages: Record<string, { dev?: true } | undefined>;
    };
    const held = files.flatMap((file) => /^\/shop\/(node_modules\/.*)\/package\.json$/.exec(file)?.[1] ?? []);
    expect(held).toContain('node_modules/ioredis');
    expect(held.filter((name) => packages[name]?.dev)).toEqual([]);
  });

  it('is small, and runs without root', async () => {
    const [{ Size, Config }, base] = [await imageOf(image()), await imageOf('node:24-bookworm-slim')];
    expect(Size - base.Size).toBeLessThan(MAX_BYTES);
    expect(Config.User).toBe('node');
  });
});
