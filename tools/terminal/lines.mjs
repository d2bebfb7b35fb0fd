import { StringDecoder } from 'node:string_decoder';

/** A line longer than this, in characters, is broken, so that a program without newlines cannot fill the memory. */
const LONGEST_LINE = 64 * 1024;

/**
 * Calls back for each line of a stream, the last one too where it has no newline.
 * @param {import('node:stream').Readable} stream
 * @param {(line: string) => void} onLine
 */
export function eachLine(stream, onLine) {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  stream.on('data', (/** @type {Buffer} */ chunk) => {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
    if (rest.length > LONGEST_LINE) {
      onLine(rest);
      rest = '';
    }
  });
  stream.on('end', () => {
    rest += decoder.end();
    if (rest !== '') onLine(rest);
  });
  stream.on('error', () => {
    // A pipe that breaks has nothing more to say; the end of the process is reported elsewhere.
  });
}

/**
 * The last lines that were said, in memory.
 * @param {number} capacity how many lines to keep
 */
export function createTail(capacity) {
  /** @type {string[]} */
  let lines = [];
  return {
    /** @param {string} line */
    push(line) {
      lines.push(line);
      if (lines.length > capacity * 2) lines = lines.slice(-capacity);
    },
    clear() {
      lines = [];
    },
    /**
     * @param {number} [count]
     * @returns {string[]}
     */
    last(count = capacity) {
      return lines.slice(-Math.min(count, capacity));
    },
  };
}
