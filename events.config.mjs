import { findRunningShop } from '@shop/tools';

const shop = findRunningShop();

/**
 * What `npx events` knows of this repository: the shop that `npm start` runs, its event classes, its audit.
 * @type {import('nestjs-event-streams').EventsConfig}
 */
export default {
  url: shop?.redisUrl,
  prefix: shop?.prefix ?? 'ecommerce',
  events: async () => (await import('@shop/contracts')).EVENTS,
  commands: {
    audit: { summary: 'the laws of the shop, on the one that runs (or on REDIS_URL)', script: 'tools/audit.mjs' },
  },
};
