import { describe, expect, it } from 'vitest';
import { parseOptions, UsageError } from '../src/options.js';

describe('the command line', () => {
  it.each([
    [[], { help: false, json: false, waitMs: undefined }],
    [['--json'], { help: false, json: true, waitMs: undefined }],
    [['--help'], { help: true, json: false, waitMs: undefined }],
    [['--wait', '60s'], { help: false, json: false, waitMs: 60_000 }],
    [['--wait=500ms', '--json'], { help: false, json: true, waitMs: 500 }],
    [['--wait', '1.5m'], { help: false, json: false, waitMs: 90_000 }],
  ])('takes %j', (argv, options) => {
    expect(parseOptions(argv)).toEqual(options);
  });

  it.each([
    [['--fast'], "Unknown option '--fast'"],
    [['--wait'], '--wait'],
    [['--wait', '60'], 'Expected --wait as a time such as 500ms, 60s or 2m, got "60"'],
    [['--wait', '-1s'], '--wait'],
    [['--wait', 'soon'], 'got "soon"'],
    [['--json=yes'], '--json'],
    [['everything'], "Unexpected argument 'everything'"],
  ])('refuses %j', (argv, message) => {
    expect(() => parseOptions(argv)).toThrow(UsageError);
    expect(() => parseOptions(argv)).toThrow(message);
  });
});
