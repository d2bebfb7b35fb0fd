import { Failure } from './failure.js';
import { run } from './machine/command.js';
import { ROOT } from './root.js';
import type { Log } from './terminal/progress.js';

const DEADLINE_MS = 600_000;

/** How many lines of a failed build's output are shown, from its beginning and from its end. */
const SHOWN_LINES = 20;

/**
 * Set by `npm test` for what the tests start: everything is built. A second build would disturb the running tests, because Nx
 * removes compiled files for a moment.
 */
export const IS_BUILT = 'SHOP_IS_BUILT';

/** Builds all projects. Nx skips those that have not changed since the last build. */
export async function ensureBuilt({ log }: { log: Log }): Promise<void> {
  if (process.env[IS_BUILT] === 'true') return;
  log('building …');
  // npm gives its own path to the scripts that it runs. That npm is used, even if the PATH has another one.
  const script = process.env['npm_execpath'] ?? '';
  const [command, first] = /npm-cli\.c?js$/.test(script) ? [process.execPath, [script]] : ['npm', []];
  const result = await run(command, [...first, 'run', 'build'], {
    cwd: ROOT,
    deadlineMs: DEADLINE_MS,
    // The daemon of Nx would go on running, and its terminal UI would overwrite ours.
    env: { NX_DAEMON: 'false', NX_TUI: 'false', FORCE_COLOR: '0' },
  });
  if (!result.ok) throw new Failure(`\`npm run build\` failed: ${result.problem}.`, excerpt(result.output));
}

function excerpt(lines: readonly string[]): readonly string[] {
  if (lines.length <= 2 * SHOWN_LINES) return lines;
  return [...lines.slice(0, SHOWN_LINES), '…', ...lines.slice(-SHOWN_LINES)];
}
