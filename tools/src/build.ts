import { Failure } from './failure.js';
import { run } from './machine/command.js';
import { ROOT } from './root.js';
import type { Log } from './terminal/progress.js';

const DEADLINE_MS = 600_000;

/** How much of a failed build's output is shown, from its beginning and from its end. */
const SHOWN_LINES = 20;

/** Set for what the tests start: all is built, and Nx, asked twice at once, may take away for a moment what others run. */
export const IS_BUILT = 'SHOP_IS_BUILT';

/** Builds all projects; what has not changed since the last time costs little. */
export async function ensureBuilt({ log }: { log: Log }): Promise<void> {
  if (process.env[IS_BUILT] === 'true') return;
  log('building …');
  // Under `npm start`, npm says where it is: that one is used, whatever else the PATH has.
  const script = process.env['npm_execpath'] ?? '';
  const [command, first] = /npm-cli\.c?js$/.test(script) ? [process.execPath, [script]] : ['npm', []];
  const result = await run(command, [...first, 'run', 'build'], {
    cwd: ROOT,
    deadlineMs: DEADLINE_MS,
    // A daemon of Nx would stay behind, and its screen would overwrite ours.
    env: { NX_DAEMON: 'false', NX_TUI: 'false', FORCE_COLOR: '0' },
  });
  if (!result.ok) throw new Failure(`\`npm run build\` failed: ${result.problem}.`, excerpt(result.output));
}

function excerpt(lines: readonly string[]): readonly string[] {
  if (lines.length <= 2 * SHOWN_LINES) return lines;
  return [...lines.slice(0, SHOWN_LINES), '…', ...lines.slice(-SHOWN_LINES)];
}
