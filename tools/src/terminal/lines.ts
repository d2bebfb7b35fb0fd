import { StringDecoder } from 'node:string_decoder';
import type { Readable } from 'node:stream';

/** Longer lines, in characters, are split, so that output without newlines cannot fill the memory. */
const MAX_LINE_LENGTH = 64 * 1024;

/** Calls back for each line of a stream, including a last one without a newline. */
export function eachLine(stream: Readable, onLine: (line: string) => void) {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
    if (rest.length > MAX_LINE_LENGTH) {
      onLine(rest);
      rest = '';
    }
  });
  stream.on('end', () => {
    rest += decoder.end();
    if (rest !== '') onLine(rest);
  });
  stream.on('error', () => {
    // The pipe is broken: there is no more output. The end of the process is reported elsewhere.
  });
}

/**
 * Keeps the last lines of an output in memory.
 * @param capacity how many lines to keep
 */
export function createTail(capacity: number) {
  let lines: string[] = [];
  return {
    push(line: string) {
      lines.push(line);
      if (lines.length > capacity * 2) lines = lines.slice(-capacity);
    },
    clear() {
      lines = [];
    },
    last(count: number = capacity): string[] {
      return lines.slice(-Math.min(count, capacity));
    },
  };
}
