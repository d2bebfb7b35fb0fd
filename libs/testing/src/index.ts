export { eventually } from './condition.js';
export { freshRedis, type TestRedis } from './fresh-redis.js';
