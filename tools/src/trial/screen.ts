import { paintFor } from '../terminal/paint.js';

/** Prints what happens in a trial, with the time since its beginning. */
export function createTrialScreen(stream: NodeJS.WriteStream) {
  const paint = paintFor(stream);
  let startedAt = performance.now();
  const write = (text: string) => {
    const at = ((performance.now() - startedAt) / 1000).toFixed(1);
    stream.write(`${paint('dim', `${at.padStart(7)}s`)}  ${text}\n`);
  };
  return {
    paint,
    /** The times that are shown count from here. */
    begin() {
      startedAt = performance.now();
    },
    say: write,
    notice(text: string) {
      write(paint('dim', text));
    },
  };
}
