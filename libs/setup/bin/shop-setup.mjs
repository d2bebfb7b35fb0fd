#!/usr/bin/env node
// A file that exists before the build, because npm links only programs that exist when it installs.
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  console.error('The shop is not built yet. Run: npm run build');
  process.exitCode = 1;
}
