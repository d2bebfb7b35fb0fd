import { describe, expect, it } from 'vitest';
import { Output } from '../src/terminal/output.js';

describe('where a command writes', () => {
  const terminal = (columns?: number, rows?: number) => {
    const stream = { isTTY: true, write: () => true, once: () => stream, ...(columns === undefined ? {} : { columns }), ...(rows === undefined ? {} : { rows }) } as never; // prettier-ignore
    return new Output(stream, stream, {});
  };

  it('has the size that the terminal says, and a usual one where it says none or 0', () => {
    expect(terminal(120, 50)).toMatchObject({ width: 120, height: 50 });
    expect(terminal(0, 0)).toMatchObject({ width: 80, height: 24 });
    expect(terminal()).toMatchObject({ width: 80, height: 24 });
  });

  it('is of any width in a pipe', () => {
    const pipe = { write: () => true, once: () => pipe, columns: 80 } as never;
    expect(new Output(pipe, pipe, {}).width).toBeUndefined();
  });
});
