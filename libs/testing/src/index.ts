export { startApp, type AppProcess } from './app-process.js';
export { compiledProgram } from './compiled-program.js';
export { eventually } from './condition.js';
export { freshRedis, type TestRedis } from './fresh-redis.js';
export {
  appendHostile,
  eventFields,
  hostileEntries,
  hostileDeadLetters,
  nested,
  type HostileEntry,
} from './hostile-entries.js';
