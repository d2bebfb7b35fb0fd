import { describe, expect, it } from 'vitest';
import {
  BooleanSetting,
  EnvironmentError,
  NumberSetting,
  readConfiguration,
  ServiceConfiguration,
} from '../src/index.js';

class Settings extends ServiceConfiguration {
  @BooleanSetting()
  ENABLED = true;

  @NumberSetting(0, 1)
  SHARE = 0.5;
}

describe('readConfiguration', () => {
  it('takes the defaults where nothing is set, or set to nothing', () => {
    expect(readConfiguration(Settings, { SHARE: '', OTHER: 'x' })).toMatchObject({
      ENABLED: true,
      SHARE: 0.5,
      REDIS_URL: 'redis://127.0.0.1:6379',
      EVENTS_PREFIX: 'ecommerce',
    });
  });

  it('reads numbers, booleans and words', () => {
    const environment = { ENABLED: 'false', SHARE: '0.25', PORT: '8080', LOG_FORMAT: 'json' };
    expect(readConfiguration(Settings, environment)).toMatchObject({
      ENABLED: false,
      SHARE: 0.25,
      PORT: 8080,
      LOG_FORMAT: 'json',
    });
  });

  it.each([
    ['ENABLED', 'yes', 'ENABLED takes true or false; it got "yes"'],
    ['SHARE', '2', 'SHARE takes a number from 0 to 1; it got "2"'],
    ['SHARE', 'much', 'SHARE takes a number from 0 to 1; it got "much"'],
    ['PORT', '80.5', 'PORT takes a whole number from 0 to 65535; it got "80.5"'],
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL takes debug or info or warn or error; it got "loud"'],
    ['EVENTS_PREFIX', 'a:b', 'EVENTS_PREFIX takes letters'],
  ])('names %s, what it got and what it takes', (name, value, message) => {
    expect(() => readConfiguration(Settings, { [name]: value })).toThrow(message);
  });

  it('names all that is wrong at once, and shows no password', () => {
    const wrong = { SHARE: '7', REDIS_URL: 'http://user:secret@host' };
    expect(() => readConfiguration(Settings, wrong)).toThrow(EnvironmentError);
    expect(() => readConfiguration(Settings, wrong)).toThrow(/SHARE[^]*REDIS_URL|REDIS_URL[^]*SHARE/);
    expect(() => readConfiguration(Settings, wrong)).not.toThrow(/secret/);
  });
});
