import { describe, expect, it } from 'vitest';
import {
  BooleanSetting,
  EnvironmentError,
  NumberSetting,
  readConfiguration,
  redisOf,
  ServiceConfiguration,
} from '../src/index.js';

class Settings extends ServiceConfiguration {
  @BooleanSetting()
  ENABLED = true;

  @NumberSetting(0, 1)
  SHARE = 0.5;
}

describe('readConfiguration', () => {
  it('uses the default for a variable that is not set, or empty', () => {
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

  it.each([
    ['REDIS_URL', 'redis://:gehe%im@host', /REDIS_URL takes a URL .*write it as %25; it got something else/],
    ['REDIS_URL', 'redis://host/cache', /REDIS_URL .*number of a database/],
    ['REDIS_URL', 'redis://host?password=geheim', /REDIS_URL .*\?password=/],
    ['REDIS_URL', 'redis+sentinel://a:1/m', /REDIS_URL .*not supported yet/],
    ['REDIS_TLS_CA_FILE', '/none.pem', /REDIS_TLS_CA_FILE is set, and the address is not one of TLS/],
  ])('says which part of %s is not valid, and shows no password', (name, value, message) => {
    const reading = () => readConfiguration(Settings, { [name]: value });
    expect(reading).toThrow(message);
    expect(reading).not.toThrow(/gehe/);
  });

  it('names a TLS file that cannot be used, and accepts those that can', () => {
    const file = (name: string) => new URL(`../../events/test/fixtures/tls/${name}.pem`, import.meta.url).pathname;
    const environment = { REDIS_URL: 'rediss://host', REDIS_TLS_CA_FILE: file('ca') };
    expect(redisOf(readConfiguration(Settings, environment))).toEqual({
      url: 'rediss://host',
      tls: { caFile: file('ca') },
    });
    expect(redisOf(readConfiguration(Settings, {}))).toBe('redis://127.0.0.1:6379');
    const reading = (given: Record<string, string>) => () => readConfiguration(Settings, { ...environment, ...given });
    expect(reading({ REDIS_TLS_CERT_FILE: file('client') })).toThrow(
      /REDIS_TLS_CERT_FILE and REDIS_TLS_KEY_FILE go together/,
    );
    expect(reading({ REDIS_TLS_CA_FILE: '/none.pem' })).toThrow(
      /REDIS_TLS_CA_FILE .*cannot be read \(ENOENT\); it got "\/none.pem"/,
    );
  });

  it('names all problems at once, and shows no password', () => {
    const wrong = { SHARE: '7', REDIS_URL: 'http://user:secret@host' };
    expect(() => readConfiguration(Settings, wrong)).toThrow(EnvironmentError);
    expect(() => readConfiguration(Settings, wrong)).toThrow(/SHARE[^]*REDIS_URL|REDIS_URL[^]*SHARE/);
    expect(() => readConfiguration(Settings, wrong)).not.toThrow(/secret/);
  });
});
