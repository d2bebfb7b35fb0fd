import { plainToInstance, Transform, Type } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsNotEmpty, IsString, Matches, Max, Min, validateSync } from 'class-validator';
import { DEFAULT_PREFIX, PREFIX_FORM } from '@shop/contracts';
import { fileVariableOf, redisPlaceOf, type RedisPlace } from 'nestjs-event-streams/internal/address';
import { RedisTlsFileSetting, RedisUrlSetting, RedisUserSetting } from './redis-settings.js';
import { readSecrets, SecretSetting, secretsOf } from './secret-settings.js';

/** Variables of an app's environment are not valid. Each problem names the variable, what it takes and what it got. */
export class EnvironmentError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The environment is not valid:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = EnvironmentError.name;
  }
}

/** A number from the environment, from `min` to `max`. */
export function NumberSetting(min: number, max: number): PropertyDecorator {
  return (target, property) => {
    Type(() => Number)(target, property);
    const options = { message: `takes a number from ${String(min)} to ${String(max)}` };
    Min(min, options)(target, property);
    Max(max, options)(target, property);
  };
}

/** A whole number from the environment, from `min` to `max`. */
export function WholeNumberSetting(min: number, max: number): PropertyDecorator {
  return (target, property) => {
    NumberSetting(min, max)(target, property);
    IsInt({ message: `takes a whole number from ${String(min)} to ${String(max)}` })(target, property);
  };
}

/** `true` or `false` from the environment. */
export function BooleanSetting(): PropertyDecorator {
  return (target, property) => {
    Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))(
      target,
      property,
    );
    IsBoolean({ message: 'takes true or false' })(target, property);
  };
}

/** A key or token that callers must send, from the environment or a file; empty for none. */
export function ApiKeySetting(): PropertyDecorator {
  return (target, property) => {
    SecretSetting()(target, property);
    Matches(/^([\x21-\x7e]{16,255})?$/, { message: 'takes 16 to 255 visible ASCII characters' })(target, property);
  };
}

/** One of some words, from the environment. */
export function ChoiceSetting(choices: readonly string[]): PropertyDecorator {
  return IsIn(choices, { message: `takes ${choices.join(' or ')}` });
}

/** Values that no message shows, of any setting, because they may be a URL with a user name or a password. */
const WITH_CREDENTIALS = /:.*@/s;

/** The settings that every app of the shop reads from its environment. */
export class ServiceConfiguration {
  @RedisUrlSetting()
  @SecretSetting()
  REDIS_URL = 'redis://127.0.0.1:6379';

  /** The Redis user. It overrides the user of the URL, as the password does. */
  @RedisUserSetting()
  REDIS_USERNAME = '';

  @SecretSetting()
  @IsString()
  REDIS_PASSWORD = '';

  /** Files (PEM) for `rediss://`: the trusted authority (empty: those of Node.js), and the client certificate and its key (empty: none). */
  @RedisTlsFileSetting()
  REDIS_TLS_CA_FILE = '';

  @RedisTlsFileSetting()
  REDIS_TLS_CERT_FILE = '';

  @RedisTlsFileSetting()
  REDIS_TLS_KEY_FILE = '';

  /** The address that the app listens on. */
  @IsString()
  @IsNotEmpty({ message: 'takes an address such as 127.0.0.1' })
  HOST = '127.0.0.1';

  /** Host names, beside localhost and IP addresses, under which the app may be reached; separated by commas. */
  @IsString()
  ALLOWED_HOSTS = '';

  /** How many requests a second one address may send. */
  @WholeNumberSetting(1, 1_000_000)
  REQUESTS_PER_SECOND = 200;

  /** The token that operators send as `Authorization: Bearer …` to change something; empty: nobody may. The same for all apps. */
  @ApiKeySetting()
  OPERATOR_TOKEN = '';

  @WholeNumberSetting(0, 65_535)
  PORT = 3000;

  @ChoiceSetting(['pretty', 'json'])
  LOG_FORMAT: 'pretty' | 'json' = 'pretty';

  @ChoiceSetting(['debug', 'info', 'warn', 'error'])
  LOG_LEVEL: 'debug' | 'info' | 'warn' | 'error' = 'info';

  /** Where traces are sent, by OTLP over HTTP: `/v1/traces` of this URL. Empty: no traces are made. */
  @Matches(/^(https?:\/\/.+)?$/, { message: 'takes a URL such as http://127.0.0.1:4318' })
  OTEL_EXPORTER_OTLP_ENDPOINT = '';

  /** The prefix of all keys. */
  @Matches(PREFIX_FORM, { message: 'takes letters, digits, "_", "." and "-"' })
  EVENTS_PREFIX: string = DEFAULT_PREFIX;

  /** Whether personal data in events is encrypted, so that the data of one customer can be erased. */
  @ChoiceSetting(['on', 'off'])
  SHOP_ERASURE: 'on' | 'off' = 'off';

  /** How many handlers run at once. They wait only for Redis, and their reads are sent together. */
  @WholeNumberSetting(1, 10_000)
  EVENTS_CONCURRENCY = 64;

  /** After how long another consumer claims the entries of a dead one, in milliseconds. */
  @WholeNumberSetting(100, 3_600_000)
  EVENTS_CLAIM_AFTER_MS = 10_000;

  /** After how long an event that no running worker of the group can handle becomes a dead letter, in milliseconds. */
  @WholeNumberSetting(0, 604_800_000)
  EVENTS_UNKNOWN_GRACE_MS = 600_000;

  /** How long a stopping app waits for its running handlers, in milliseconds. */
  @WholeNumberSetting(0, 600_000)
  SHUTDOWN_TIMEOUT_MS = 10_000;
}

/** The files of a configuration's secrets, by the variables that name the files. */
const filesOf = new WeakMap<ServiceConfiguration, Readonly<Record<string, string>>>();

/** Where an app's Redis is. Files are read again before each connection. */
export function redisOf(configuration: ServiceConfiguration): RedisPlace {
  const files = filesOf.get(configuration) ?? {};
  const values = Object.entries(configuration).filter(([name]) => !Object.hasOwn(files, fileVariableOf(name)));
  return redisPlaceOf(configuration.REDIS_URL, { ...Object.fromEntries(values), ...files });
}

/** A class of settings. The initial values of its properties are the defaults. */
export type ConfigurationClass<T extends ServiceConfiguration = ServiceConfiguration> = new () => T;

/**
 * Reads an app's settings from the environment, and its secrets also from files. An empty variable counts as not set.
 *
 * @throws EnvironmentError with all variables that are not valid
 */
export function readConfiguration<T extends ServiceConfiguration>(
  settings: ConfigurationClass<T>,
  environment: Readonly<Record<string, unknown>>,
): T {
  const secret = secretsOf(settings);
  const secrets = readSecrets(secret, environment);
  const given = Object.fromEntries(
    Object.keys(new settings())
      .filter((name) => !secret.has(name) && environment[name] !== undefined && environment[name] !== '')
      .map((name) => [name, environment[name]]),
  );
  const configuration = plainToInstance(settings, { ...given, ...secrets.values }, { exposeDefaultValues: true });
  filesOf.set(configuration, secrets.files);
  const wrong = validateSync(configuration, { forbidUnknownValues: true }).map(({ property, constraints }) => {
    const value = environment[property] ?? '';
    const isSecret = secret.has(property) || (typeof value === 'string' && WITH_CREDENTIALS.test(value));
    const got = isSecret ? 'something else' : JSON.stringify(value);
    return `${property} ${Object.values(constraints ?? {}).at(-1) ?? 'is not valid'}; it got ${got}`;
  });
  const problems = [...secrets.problems, ...wrong];
  if (problems.length > 0) throw new EnvironmentError(problems);
  return configuration;
}
