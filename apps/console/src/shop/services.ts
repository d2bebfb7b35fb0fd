import { Injectable } from '@nestjs/common';
import { Problem } from '../access/problem.js';
import { ConsoleConfiguration } from '../configuration.js';

const ANSWER_MS = 3000;
/** Stopping the simulation takes until the last simulated customer has ordered. */
const ACTION_MS = 20_000;

/** The answer of a service. */
export interface ServiceAnswer {
  status: number;
  body: unknown;
}

/** Calls the shop's services over HTTP, with the API key and the operators' token of the console. */
@Injectable()
export class ShopServices {
  constructor(private readonly config: ConsoleConfiguration) {}

  /** @throws Problem when it does not answer */
  order(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<ServiceAnswer> {
    return ask('order service', this.config.SHOP_ORDER_URL, path, body, headers);
  }

  /** @throws Problem when it does not answer */
  payment(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<ServiceAnswer> {
    return ask('payment service', this.config.SHOP_PAYMENT_URL, path, body, headers);
  }

  /**
   * The headers of a request that only operators may send.
   *
   * @throws Problem if the console has no token for operators
   */
  asOperator(): Record<string, string> {
    if (!this.hasToken) throw notOperator('This console has no token for operators');
    return { Authorization: `Bearer ${this.config.OPERATOR_TOKEN}` };
  }

  /** Whether the console has a token for operators. */
  get hasToken(): boolean {
    return this.config.OPERATOR_TOKEN !== '';
  }
}

/** A service does not accept the console as an operator. @param what the reason */
export function notOperator(what: string): Problem {
  return new Problem(
    'not-operator',
    `${what}: set the same OPERATOR_TOKEN for the console, the order service and the payment service`,
  );
}

async function ask(
  name: string,
  base: string,
  path: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<ServiceAnswer> {
  if (base === '') throw new Problem('service-away', `The URL of the ${name} is not set; see docs/configuration.md`);
  try {
    const response = await fetch(new URL(path, base), {
      signal: AbortSignal.timeout(body === undefined ? ANSWER_MS : ACTION_MS),
      redirect: 'error',
      headers: { ...headers, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  } catch (cause) {
    throw new Problem('service-away', `The ${name} at ${new URL(base).origin} does not answer`, undefined, { cause });
  }
}
