import { formatSeconds } from '../terminal/duration.js';
import { paintFor } from '../terminal/paint.js';

/** Prints the messages of a trial, with the time since its start. */
export function createTrialScreen(stream: NodeJS.WriteStream) {
  const paint = paintFor(stream);
  let startedAt = performance.now();
  const write = (text: string) => {
    const at = formatSeconds(performance.now() - startedAt, 1);
    stream.write(`${paint('dim', at.padStart(8))}  ${text}\n`);
  };
  return {
    paint,
    /** Sets the start of the times that are shown. */
    begin() {
      startedAt = performance.now();
    },
    say: write,
    notice(text: string) {
      write(paint('dim', text));
    },
  };
}
