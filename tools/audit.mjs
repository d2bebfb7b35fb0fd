// `npm run audit` as a script, for `npx events audit` (events.config.mjs).
process.argv.splice(2, 0, 'audit');
await import('./run.mjs');
