import { describe, expect, it } from 'vitest';
import { parseShopArguments } from '../src/shop/arguments.js';

const DEFAULTS = {
  help: false,
  quiet: false,
  simulation: true,
  processors: 1,
  rate: null,
  seed: null,
  forMs: null,
  portBase: 3000,
};

describe('the arguments of npm start', () => {
  it('have defaults', () => {
    expect(parseShopArguments([], {})).toEqual(DEFAULTS);
  });

  it('can have a space or an equals sign before the value', () => {
    const spaced = '--scale processor=3 --rate 20 --seed 7 --for 60s --quiet --no-simulation'.split(' ');
    const joined = '--scale=processor=3 --rate=20 --seed=7 --for=60s --quiet --no-simulation'.split(' ');
    const expected = { ...DEFAULTS, processors: 3, rate: 20, seed: 7, forMs: 60_000, quiet: true, simulation: false };
    expect(parseShopArguments(spaced, {})).toEqual(expected);
    expect(parseShopArguments(joined, {})).toEqual(expected);
  });

  it('take a fraction as the rate', () => {
    expect(parseShopArguments(['--rate', '0.5'], {}).rate).toBe(0.5);
  });

  it('take max as the rate, which implies --quiet', () => {
    expect(parseShopArguments(['--rate', 'max'], {})).toEqual({ ...DEFAULTS, rate: 'max', quiet: true });
    expect(parseShopArguments(['--rate=max', '--for', '60s'], {})).toMatchObject({ rate: 'max', forMs: 60_000 });
  });

  it.each([
    [['--scale', 'payment-service=2'], /only the processor can be scaled/],
    [['--scale', 'processor'], /--scale takes processor=N with N from 1 to 50, got "processor"/],
    [['--scale', 'processor=0'], /got "processor=0"/],
    [['--scale', 'processor=51'], /got "processor=51"/],
    [['--scale', 'processor=two'], /got "processor=two"/],
    [['--scale'], /--scale takes .* got nothing/],
    [['--rate', 'fast'], /--rate takes a number above 0, up to 10000, or max, got "fast"/],
    [['--rate', 'MAX'], /got "MAX"/],
    [['--rate', '0'], /--rate takes a number above 0, up to 10000, or max, got "0"/],
    [['--rate', '-3'], /--rate takes .* got "-3"/],
    [['--rate', '10001'], /got "10001"/],
    [['--rate'], /--rate takes .* got nothing/],
    [['--rate='], /--rate takes .* got nothing/],
    [['--seed', '1.5'], /--seed takes a whole number from 0 to 2147483647, got "1.5"/],
    [['--for', '60'], /--for takes a duration from 1s to 168h, such as 90s, 2m or 1h, got "60"/],
    [['--for', '0s'], /got "0s"/],
    [['--for', '--quiet'], /got "--quiet"/],
    [['--quiet=yes'], /--quiet takes no value, got "yes"/],
    [['--colour'], /Unknown option --colour/],
    [['processor=3'], /Expected options, got "processor=3"/],
  ])('%j is rejected', (args, message) => {
    expect(() => parseShopArguments(args, {})).toThrow(message);
  });

  it('say how to pass options if npm has taken them', () => {
    const env = { npm_config_rate: 'true' };
    expect(() => parseShopArguments(['20'], env)).toThrow('Put two dashes before the options: npm start -- --rate');
  });

  it('take the ports from SHOP_PORT_BASE', () => {
    expect(parseShopArguments([], { SHOP_PORT_BASE: '4000' }).portBase).toBe(4000);
    expect(parseShopArguments([], { SHOP_PORT_BASE: '' }).portBase).toBe(3000);
    for (const wrong of ['80', '65500', 'high']) {
      expect(() => parseShopArguments([], { SHOP_PORT_BASE: wrong })).toThrow(
        `SHOP_PORT_BASE takes a whole number from 1024 to 60455, got "${wrong}".`,
      );
    }
  });
});
