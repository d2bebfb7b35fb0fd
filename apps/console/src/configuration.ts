import { ApiKeySetting, BooleanSetting, SecretSetting, ServiceConfiguration, WholeNumberSetting } from '@shop/service';
import { IsEmpty, IsNotEmpty, IsString, IsUrl, Matches, MinLength, ValidateIf, ValidateBy } from 'class-validator';
import { isLoopback } from './access/loopback.js';

const SHORTEST_PASSWORD = 8;

/** Whoever reaches the console operates the events: it is open to the network only when somebody has thought of that. */
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
        'opens the console to the network and so takes CONSOLE_USERNAME and CONSOLE_PASSWORD with it, or CONSOLE_USERS_FILE ' +
        '(or CONSOLE_TRUST_NETWORK=true where something else keeps strangers out)',
    },
  });
}

/** Where a service is. A name and a password in it would stand in answers and logs; the shop's services take none. */
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

  /** The address that the console listens on; `HOST` of the other apps does not count here. */
  @OnlyProtected()
  @IsString()
  @IsNotEmpty({ message: 'takes an address such as 127.0.0.1' })
  CONSOLE_HOST = '127.0.0.1';

  /** A file of the users who may use the console, each a viewer or an operator; see docs/console.md. */
  @ValidateIf(
    (settings: ConsoleConfiguration) => settings.CONSOLE_USERNAME !== '' && settings.CONSOLE_USERS_FILE !== '',
  )
  @IsEmpty({ message: 'goes without CONSOLE_USERNAME and CONSOLE_PASSWORD: put that user into the file' })
  CONSOLE_USERS_FILE = '';

  /** One user, an operator, when both are set. */
  @ValidateIf(isGiven('CONSOLE_PASSWORD'))
  @IsNotEmpty({ message: 'is needed with CONSOLE_PASSWORD' })
  CONSOLE_USERNAME = '';

  @ValidateIf(isGiven('CONSOLE_USERNAME'))
  @MinLength(SHORTEST_PASSWORD, {
    message: `takes at least ${String(SHORTEST_PASSWORD)} characters, and is needed with CONSOLE_USERNAME`,
  })
  @SecretSetting()
  CONSOLE_PASSWORD = '';

  /** Lets the console listen beyond this machine without credentials: something else must keep strangers out. */
  @BooleanSetting()
  CONSOLE_TRUST_NETWORK = false;

  /** Nothing can be changed. */
  @BooleanSetting()
  CONSOLE_READ_ONLY = false;

  /** How many actions the log of actions keeps, about, and for how many days. */
  @WholeNumberSetting(100, 10_000_000)
  CONSOLE_ACTIONS_KEPT = 50_000;

  @WholeNumberSetting(1, 36_500)
  CONSOLE_ACTIONS_KEPT_DAYS = 400;

  /**
   * Hosts, apart from localhost and addresses, under which browsers reach the console; with commas. With a port, where a proxy
   * puts another Host and does not say which one it was.
   */
  @IsString()
  CONSOLE_ALLOWED_HOSTS = '';

  /** The path below which a proxy serves the console, where the proxy leaves it on the requests that it passes on. */
  @Matches(/^(\/[A-Za-z0-9._~-]+)*$/, { message: 'takes a path such as /console, without a slash at its end' })
  CONSOLE_BASE_PATH = '';

  /** Where the order service is; without it there is no view of the shop. */
  @ValidateIf(isGiven('SHOP_ORDER_URL'))
  @ServiceUrlSetting('http://127.0.0.1:3001')
  SHOP_ORDER_URL = '';

  /** Where the payment service is. */
  @ValidateIf(isGiven('SHOP_PAYMENT_URL'))
  @ServiceUrlSetting('http://127.0.0.1:3002')
  SHOP_PAYMENT_URL = '';

  /** What the order service takes orders with; the same as its own. */
  @ApiKeySetting()
  CUSTOMER_API_KEY = '';

  /** What the shop's catalogue is made from; the same as the order service's. */
  @WholeNumberSetting(0, 2 ** 31)
  SIMULATION_SEED = 42;
}
