export { provideRedis } from './redis/provide.mjs';
export { startRedis } from './redis/server.mjs';
