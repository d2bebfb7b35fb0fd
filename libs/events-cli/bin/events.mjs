#!/usr/bin/env node
// Beside the sources, since npm links no program that is not there yet when it installs.
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  console.error('The command line is not built yet. Run: npm run build');
  process.exitCode = 4;
}
