import { ApiKeySetting, BooleanSetting, SecretSetting, ServiceConfiguration, WholeNumberSetting } from '@shop/service';
import { IsEmpty, IsNotEmpty, IsString, IsUrl, Matches, MinLength, ValidateIf, ValidateBy } from 'class-validator';
import { isLoopback } from './access/loopback.js';

const MIN_PASSWORD_LENGTH = 8;

/** Who can reach the console can operate the events, so the network may reach it only with credentials or an explicit setting. */
function OnlyProtected(): PropertyDecorator {
  return ValidateBy({
    name: 'onlyProtected',
    validator: {
      validate: (host, validation) => {
        const { CONSOLE_USERNAME, CONSOLE_PASSWORD, CONSOLE_USERS_FILE, CONSOLE_TRUST_NETWORK } =
          validation?.object as ConsoleConfiguration;
        const hasUsers = CONSOLE_USERS_FILE !== '' || (CONSOLE_USERNAME !== '' && CONSOLE_PASSWORD !== '');
        return isLoopback(String(host)) || hasUsers || CONSOLE_TRUST_NETWORK;
      },
      defaultMessage: () =>
        'opens the console to the network, and needs CONSOLE_USERNAME and CONSOLE_PASSWORD with it, or CONSOLE_USERS_FILE ' +
        '(or CONSOLE_TRUST_NETWORK=true, if something else controls who reaches it)',
    },
  });
}

/** The URL of a service. It must have no credentials: they would appear in answers and logs, and the shop's services need none. */
function ServiceUrlSetting(example: string): PropertyDecorator {
  return IsUrl(
    { require_tld: false, require_protocol: true, protocols: ['http', 'https'], disallow_auth: true },
    { message: `takes a URL such as ${example}, without a name and a password in it` },
  );
}

const isGiven =
  (name: keyof ConsoleConfiguration) =>
  (settings: object): boolean =>
    (settings as ConsoleConfiguration)[name] !== '';

/** Settings of the console. */
export class ConsoleConfiguration extends ServiceConfiguration {
  override PORT = 8080;

  /** The address that the console listens on; it ignores `HOST`, which the other apps use. */
  @OnlyProtected()
  @IsString()
  @IsNotEmpty({ message: 'takes an address such as 127.0.0.1' })
  CONSOLE_HOST = '127.0.0.1';

  /** A file of the users who may use the console, each a viewer or an operator; see docs/console.md. */
  @ValidateIf(
    (settings: ConsoleConfiguration) => settings.CONSOLE_USERNAME !== '' && settings.CONSOLE_USERS_FILE !== '',
  )
  @IsEmpty({ message: 'cannot be set with CONSOLE_USERNAME and CONSOLE_PASSWORD: put that user into the file' })
  CONSOLE_USERS_FILE = '';

  /** One user, an operator, when both are set. */
  @ValidateIf(isGiven('CONSOLE_PASSWORD'))
  @IsNotEmpty({ message: 'is needed with CONSOLE_PASSWORD' })
  CONSOLE_USERNAME = '';

  @ValidateIf(isGiven('CONSOLE_USERNAME'))
  @MinLength(MIN_PASSWORD_LENGTH, {
    message: `takes at least ${String(MIN_PASSWORD_LENGTH)} characters, and is needed with CONSOLE_USERNAME`,
  })
  @SecretSetting()
  CONSOLE_PASSWORD = '';

  /** Allows the console to listen beyond this machine without credentials: something else must control access. */
  @BooleanSetting()
  CONSOLE_TRUST_NETWORK = false;

  /** Rejects every change. */
  @BooleanSetting()
  CONSOLE_READ_ONLY = false;

  /** About how many actions the log of actions keeps, and for how many days. */
  @WholeNumberSetting(100, 10_000_000)
  CONSOLE_ACTIONS_KEPT = 50_000;

  @WholeNumberSetting(1, 36_500)
  CONSOLE_ACTIONS_KEPT_DAYS = 400;

  /**
   * Host names, separated by commas, under which browsers reach the console; localhost and IP addresses are always allowed. Add the port if
   * a proxy replaces the Host header without sending the original one.
   */
  @IsString()
  CONSOLE_ALLOWED_HOSTS = '';

  /** The path below which a proxy serves the console, if the proxy does not remove it from the requests that it forwards. */
  @Matches(/^(\/[A-Za-z0-9._~-]+)*$/, { message: 'takes a path such as /console, without a slash at its end' })
  CONSOLE_BASE_PATH = '';

  /** The URL of the order service; without it the console has no view of the shop. */
  @ValidateIf(isGiven('SHOP_ORDER_URL'))
  @ServiceUrlSetting('http://127.0.0.1:3001')
  SHOP_ORDER_URL = '';

  /** The URL of the payment service. */
  @ValidateIf(isGiven('SHOP_PAYMENT_URL'))
  @ServiceUrlSetting('http://127.0.0.1:3002')
  SHOP_PAYMENT_URL = '';

  /** The API key for placing orders; the same as the order service's. */
  @ApiKeySetting()
  CUSTOMER_API_KEY = '';

  /** The seed of the shop's catalogue; the same as the order service's. */
  @WholeNumberSetting(0, 2 ** 31)
  SIMULATION_SEED = 42;
}
