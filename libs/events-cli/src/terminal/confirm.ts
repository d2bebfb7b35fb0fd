import { createInterface } from 'node:readline';
import type { Context } from '../context.js';

/**
 * Asks a question that takes y or n; no answer at all is a no.
 *
 * @param question safe text
 */
export async function confirm({ stdin, output, signal }: Context, question: string): Promise<boolean> {
  const lines = createInterface({ input: stdin, terminal: false });
  const stop = (): void => {
    lines.close();
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    output.stderr.write(`${question} [y/N] `);
    for await (const line of lines) return /^y(es)?$/i.test(line.trim());
    output.stderr.write('\n');
    return false;
  } finally {
    signal.removeEventListener('abort', stop);
    lines.close();
    stdin.pause();
  }
}
