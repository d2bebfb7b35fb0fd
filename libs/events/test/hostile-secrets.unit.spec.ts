import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  readRedisPlace,
  readSettingFile,
  RedisAddressError,
  redisPlaceOf,
  redisUrlOf,
  secretOf,
  SettingFileError,
} from 'nestjs-event-streams/internal/address';
import { afterAll, describe, expect, it } from 'vitest';

const dir = mkdtempSync(path.join(tmpdir(), 'secrets-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});

let files = 0;
function fileOf(content: string | Buffer): string {
  const file = path.join(dir, `secret-${String((files += 1))}`);
  writeFileSync(file, content);
  return file;
}

describe('a secret that comes as a file', () => {
  it.each([
    ['geheim', 'geheim'],
    ['geheim\n', 'geheim'],
    ['geheim\r\n', 'geheim'],
    ['geheim\n\n', 'geheim\n'],
    [' ge heim ', ' ge heim '],
    ['pässword', 'pässword'],
  ])('is what the file has, without the line break at its end: %j', (content, secret) => {
    expect(secretOf({ KEY_FILE: fileOf(content) }, 'KEY')).toBe(secret);
  });

  it('is the variable itself where there is no file; nothing counts as not set', () => {
    expect(secretOf({ KEY: 'geheim', KEY_FILE: '' }, 'KEY')).toBe('geheim');
    expect(secretOf({ KEY: '', KEY_FILE: fileOf('geheim') }, 'KEY')).toBe('geheim');
    expect(secretOf({ KEY: '' }, 'KEY')).toBeUndefined();
  });

  it.each<[string, () => Record<string, string>, RegExp]>([
    ['missing', () => ({ KEY_FILE: '/none' }), /^KEY_FILE, \/none, cannot be read \(ENOENT\)$/],
    ['a folder', () => ({ KEY_FILE: dir }), /^KEY_FILE, .* cannot be read \(EISDIR\)$/],
    ['empty', () => ({ KEY_FILE: fileOf('') }), /^KEY_FILE, .* is empty$/],
    ['a line break alone', () => ({ KEY_FILE: fileOf('\n') }), /^KEY_FILE, .* is empty$/],
    ['without an end', () => ({ KEY_FILE: '/dev/zero' }), /^KEY_FILE, \/dev\/zero, has more than 65536 bytes$/],
    ['long', () => ({ KEY_FILE: fileOf('geheim'.repeat(20_000)) }), /^KEY_FILE, .* has more than 65536 bytes$/],
    [
      'beside the variable',
      () => ({ KEY: 'geheim', KEY_FILE: fileOf('geheim') }),
      /^KEY_FILE, .* and KEY are both set/,
    ],
  ])('is refused, by variable and file and without its content, where it is %s', (_, environment, message) => {
    const reading = () => secretOf(environment(), 'KEY');
    expect(reading).toThrow(SettingFileError);
    expect(reading).toThrow(message);
    expect(reading).not.toThrow(/geheim/);
  });

  it('is read as it is at the time', () => {
    const file = fileOf('first');
    expect(readSettingFile('KEY_FILE', file)).toBe('first');
    writeFileSync(file, 'second\n');
    expect(readSettingFile('KEY_FILE', file)).toBe('second');
  });
});

describe('who signs in to Redis', () => {
  const URL = 'redis://ada:lovelace@host/3';
  const signIn = (environment: Record<string, string>, url = URL) => {
    const { username, password, database } = readRedisPlace(redisPlaceOf(url, environment)).address;
    return { username, password, database };
  };

  it('is who the environment names, before who the URL names', () => {
    expect(redisPlaceOf(URL, {})).toBe(URL);
    expect(signIn({})).toEqual({ username: 'ada', password: 'lovelace', database: 3 });
    expect(signIn({ REDIS_PASSWORD: 'b' })).toEqual({ username: 'ada', password: 'b', database: 3 });
    const both = { REDIS_USERNAME: 'bob', REDIS_PASSWORD_FILE: fileOf('/#?%@\n') };
    expect(signIn(both)).toEqual({ username: 'bob', password: '/#?%@', database: 3 });
    expect(signIn({ REDIS_PASSWORD: 'c' }, 'redis://host')).toEqual({ username: '', password: 'c', database: 0 });
  });

  it('is who the file of the URL names now', () => {
    const file = fileOf('redis://ada:first@host\n');
    const place = redisPlaceOf(String(redisUrlOf({ REDIS_URL_FILE: file })), { REDIS_URL_FILE: file });
    expect(readRedisPlace(place).address).toMatchObject({ username: 'ada', password: 'first' });
    writeFileSync(file, 'redis://bob:second@other\n');
    expect(readRedisPlace(place).address).toMatchObject({ host: 'host', username: 'bob', password: 'second' });
  });

  it('has a password', () => {
    const reading = () => signIn({ REDIS_USERNAME: 'bob' }, 'redis://host');
    expect(reading).toThrow(RedisAddressError);
    expect(reading).toThrow('REDIS_USERNAME is set, and no password: set REDIS_PASSWORD or REDIS_PASSWORD_FILE');
  });

  it('is plain data, for other threads', () => {
    const place = redisPlaceOf(URL, { REDIS_USERNAME: 'bob', REDIS_PASSWORD_FILE: fileOf('x') });
    expect(structuredClone(place)).toEqual(place);
  });
});
