import { formatDuration } from './duration.js';
import { paintFor } from './paint.js';

const TICK_MS = 1000;

/** The duration of a shorter task is not shown. */
const WORTH_TIMING_MS = 1000;

/** Prints one line of progress. A text that ends with an ellipsis is a task, which lasts until the next line or the end of the step. */
export type Log = (text: string) => void;

/**
 * Shows what is being done. On a terminal, the line of a task shows its seconds in place. Elsewhere, a line is printed when it
 * begins and another when it is done.
 */
export function createProgress(stream: NodeJS.WriteStream) {
  const paint = paintFor(stream);
  const live = stream.isTTY;

  /** Does some work whose lines are printed with a scope, such as `setup`. */
  async function step<T>(scope: string, work: (log: Log) => Promise<T>): Promise<T> {
    const prefix = `${paint('cyan', scope)}  `;
    let task: { text: string; startedAt: number; timer: NodeJS.Timeout } | null = null;

    const draw = (text: string, startedAt: number) => {
      const shown = `${text} ${elapsed(startedAt)}`.slice(0, Math.max(20, (stream.columns || 80) - scope.length - 3));
      stream.write(`\r\u001b[2K${prefix}${shown}`);
    };
    const finish = (failed: boolean) => {
      if (task === null) return;
      clearInterval(task.timer);
      const took = performance.now() - task.startedAt;
      if (live) {
        const outcome = failed
          ? paint('red', 'failed')
          : paint('dim', took < WORTH_TIMING_MS ? 'done' : formatDuration(took));
        stream.write(`\r\u001b[2K${prefix}${task.text} ${outcome}\n`);
      } else if (failed || took >= WORTH_TIMING_MS) {
        stream.write(`${prefix}${task.text} ${failed ? 'failed after' : 'done in'} ${formatDuration(took)}\n`);
      }
      task = null;
    };
    const log = (text: string) => {
      finish(false);
      if (!text.endsWith('…')) {
        stream.write(`${prefix}${text}\n`);
        return;
      }
      const startedAt = performance.now();
      const timer = setInterval(() => {
        if (live) draw(text, startedAt);
      }, TICK_MS);
      timer.unref();
      task = { text, startedAt, timer };
      if (live) draw(text, startedAt);
      else stream.write(`${prefix}${text}\n`);
    };

    try {
      const result = await work(log);
      finish(false);
      return result;
    } catch (error) {
      finish(true);
      throw error;
    }
  }

  return { step };
}

function elapsed(startedAt: number) {
  const took = performance.now() - startedAt;
  return took < WORTH_TIMING_MS ? '' : formatDuration(took);
}
