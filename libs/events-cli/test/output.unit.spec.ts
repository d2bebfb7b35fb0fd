import { describe, expect, it } from 'vitest';
import { Output } from '../src/terminal/output.js';

describe('the output of a command', () => {
  const terminal = (columns?: number, rows?: number) => {
    const stream = { isTTY: true, write: () => true, once: () => stream, ...(columns === undefined ? {} : { columns }), ...(rows === undefined ? {} : { rows }) } as never; // prettier-ignore
    return new Output(stream, stream, {});
  };

  it('has the size of the terminal, and 80 × 24 if the terminal does not know its size', () => {
    expect(terminal(120, 50)).toMatchObject({ width: 120, height: 50 });
    expect(terminal(0, 0)).toMatchObject({ width: 80, height: 24 });
    expect(terminal()).toMatchObject({ width: 80, height: 24 });
  });

  it('has no width in a pipe', () => {
    const pipe = { write: () => true, once: () => pipe, columns: 80 } as never;
    expect(new Output(pipe, pipe, {}).width).toBeUndefined();
  });
});
