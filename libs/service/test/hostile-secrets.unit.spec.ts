import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MinLength } from 'class-validator';
import { afterAll, describe, expect, it } from 'vitest';
import {
  ApiKeySetting,
  EnvironmentError,
  readConfiguration,
  redisOf,
  SecretSetting,
  ServiceConfiguration,
} from '../src/index.js';
import { allSecrets, secretsOf } from '../src/secret-settings.js';

class Settings extends ServiceConfiguration {
  @ApiKeySetting()
  SHOP_API_KEY = '';

  @SecretSetting()
  @MinLength(8, { message: 'takes at least 8 characters' })
  SHOP_PASSWORD = 'longer than 8';
}

class Others extends ServiceConfiguration {
  @SecretSetting()
  OTHER_TOKEN = '';
}

const dir = mkdtempSync(path.join(tmpdir(), 'secrets-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});

let files = 0;
function fileOf(content: string): string {
  const file = path.join(dir, `secret-${String((files += 1))}`);
  writeFileSync(file, content);
  return file;
}

const SECRETS = ['REDIS_URL', 'REDIS_PASSWORD', 'OPERATOR_TOKEN', 'SHOP_API_KEY', 'SHOP_PASSWORD'];
const VALUES: Record<string, string> = {
  REDIS_URL: 'redis://:geheim@host',
  REDIS_PASSWORD: 'geheim',
  OPERATOR_TOKEN: 'geheim-geheim-geheim',
  SHOP_API_KEY: 'geheim-geheim-geheim',
  SHOP_PASSWORD: 'geheim-geheim',
};

it('secret settings are those with the decorator, including inherited ones', () => {
  expect([...secretsOf(Settings)].sort()).toEqual([...SECRETS].sort());
  expect([...secretsOf(Others)].sort()).toEqual(['OPERATOR_TOKEN', 'OTHER_TOKEN', 'REDIS_PASSWORD', 'REDIS_URL']);
  expect(allSecrets()).toEqual(expect.arrayContaining([...SECRETS, 'OTHER_TOKEN']));
});

describe.each(SECRETS)('%s', (name) => {
  const value = String(VALUES[name]);
  const reading = (environment: Record<string, string>) => () => readConfiguration(Settings, environment);

  it('can be given as a file', () => {
    const read = readConfiguration(Settings, { [`${name}_FILE`]: fileOf(`${value}\n`) });
    expect(read[name as keyof Settings]).toBe(value);
  });

  it('is rejected if its file is missing, empty, or set in addition to the value, and is never shown', () => {
    const file = fileOf(value);
    for (const [environment, message] of [
      [{ [`${name}_FILE`]: '/none' }, `${name}_FILE, /none, cannot be read (ENOENT)`],
      [{ [`${name}_FILE`]: fileOf('') }, 'is empty'],
      [{ [name]: value, [`${name}_FILE`]: file }, `${name}_FILE, ${file}, and ${name} are both set`],
    ] as const) {
      expect(reading(environment)).toThrow(EnvironmentError);
      expect(reading(environment)).toThrow(message);
      expect(reading(environment)).not.toThrow(/geheim/);
    }
  });
});

it('a value that is not valid is not shown, whether it came from a file or not', () => {
  for (const environment of [{ SHOP_PASSWORD: 'geheim' }, { SHOP_PASSWORD_FILE: fileOf('geheim') }]) {
    const reading = () => readConfiguration(Settings, environment);
    expect(reading).toThrow('SHOP_PASSWORD takes at least 8 characters; it got something else');
    expect(reading).not.toThrow(/geheim/);
  }
});

it('user and password of Redis override those of the URL; the names of their files are kept, to be read again', () => {
  const read = (environment: Record<string, string>) => redisOf(readConfiguration(Settings, environment));
  const url = 'redis://ada:lovelace@host';
  expect(read({ REDIS_URL: url, REDIS_USERNAME: 'bob', REDIS_PASSWORD: 'b' })).toEqual({
    url,
    username: 'bob',
    password: 'b',
  });
  const passwordFile = fileOf('b');
  const urlFile = fileOf(url);
  expect(read({ REDIS_URL_FILE: urlFile, REDIS_PASSWORD_FILE: passwordFile })).toEqual({ url, urlFile, passwordFile });
  expect(() => read({ REDIS_USERNAME: 'bob' })).toThrow(
    'REDIS_USERNAME is set, and no password: set REDIS_PASSWORD or REDIS_PASSWORD_FILE; it got "bob"',
  );
});
