import { describe, expect, it } from 'vitest';
import { repeatCommandOf, parseChaosArguments, USAGE } from '../src/chaos/arguments.js';

const DEFAULTS = { help: false, durationMs: 300_000, seed: null, rate: 50, processors: 3 };

describe('the arguments of npm run chaos', () => {
  it('have defaults', () => {
    expect(parseChaosArguments([], {})).toEqual(DEFAULTS);
  });

  it('can have a space or an equals sign before the value', () => {
    const expected = { ...DEFAULTS, durationMs: 30_000, seed: 7, rate: 12.5, processors: 2 };
    const spaced = '--minutes 0.5 --seed 7 --rate 12.5 --scale processor=2'.split(' ');
    const joined = '--minutes=0.5 --seed=7 --rate=12.5 --scale=processor=2'.split(' ');
    expect(parseChaosArguments(spaced, {})).toEqual(expected);
    expect(parseChaosArguments(joined, {})).toEqual(expected);
  });

  it.each([
    [['--minutes', '0'], '--minutes takes a number from 0.2 to 1440, got "0".'],
    [['--minutes', '1441'], '--minutes takes a number from 0.2 to 1440, got "1441".'],
    [['--minutes', 'two'], '--minutes takes a number from 0.2 to 1440, got "two".'],
    [['--minutes'], '--minutes takes a number from 0.2 to 1440, got nothing.'],
    [['--seed', '1.5'], '--seed takes a whole number from 0 to 2147483647, got "1.5".'],
    [['--rate', '0'], '--rate takes a number above 0, up to 10000, got "0".'],
    [['--scale', 'order-service=2'], 'only the processor can be scaled'],
    [['--for', '90s'], 'Unknown option --for. Try: npm run chaos -- --help'],
    [['5'], 'Expected options, got "5". Try: npm run chaos -- --help'],
    [['--help=me'], '--help takes no value, got "me".'],
  ])('%j is rejected', (args, message) => {
    expect(() => parseChaosArguments(args, {})).toThrow(message);
  });

  it('say how to pass options if npm has taken them', () => {
    expect(() => parseChaosArguments(['5'], { npm_config_minutes: 'true' })).toThrow(
      'npm has taken --minutes as its own option. Put two dashes before the options: npm run chaos -- --minutes …',
    );
  });

  it('are all explained by --help', () => {
    expect(parseChaosArguments(['-h'], {}).help).toBe(true);
    for (const option of ['--minutes', '--seed', '--rate', '--scale', '--help']) expect(USAGE).toContain(option);
  });

  it('can be written as the command that repeats a run', () => {
    const run = { durationMs: 90_000, seed: 7, rate: 50, processors: 3 };
    const command = repeatCommandOf(run);
    expect(command).toBe('npm run chaos -- --minutes 1.5 --seed 7 --rate 50 --scale processor=3');
    expect(parseChaosArguments(command.split(' ').slice(4), {})).toEqual({ help: false, ...run });
  });
});
