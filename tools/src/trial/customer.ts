import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../failure.js';
import { askOffers, type Offer } from '../shop/catalogue.js';

const ORDER_EVERY_MS = 250;
const ANSWER_DEADLINE_MS = 5000;
const REPEAT_AFTER_MS = 500;
/** How long the customer waits for the last answers. */
const LAST_ANSWERS_MS = 60_000;

/** Every fifth order is sent again after it was accepted, as if the customer had pressed the button twice. */
const REPEATED_EVERY = 5;

/** How many products of the catalogue the customer orders. */
const PRODUCTS = 3;

/** An order of the test customer, and the answers that the customer got. */
export interface CustomerOrder {
  /** The Idempotency-Key. */
  readonly key: string;
  /** As the order service confirmed it; null if it did not. */
  orderId: string | null;
  entryId: string | null;
  /** How often it was sent until it was accepted. */
  attempts: number;
  /** An answer that the order service should not have given; null if there was none. */
  unexpectedAnswer: string | null;
}

/**
 * The test customer: places four orders a second by HTTP, repeats each with the same Idempotency-Key until it is answered with 201,
 * and records the answers.
 */
export class Customer {
  private readonly orders: CustomerOrder[] = [];
  private readonly open: Promise<void>[] = [];
  private readonly stopping = new AbortController();
  private readonly givingUp = new AbortController();
  private readonly shopping: Promise<void>;
  private products: readonly Offer[] = [];

  /** Begins to order. @param options the order service's URL, and the prefix of the Idempotency-Keys */
  constructor(private readonly options: { url: string; name: string }) {
    this.shopping = this.shop();
  }

  /** Places no more orders, and waits until each is answered, or the deadline passes. */
  async stop(deadlineMs = LAST_ANSWERS_MS): Promise<readonly CustomerOrder[]> {
    this.stopping.abort();
    await this.shopping;
    const timer = setTimeout(() => {
      this.givingUp.abort();
    }, deadlineMs);
    await Promise.all(this.open);
    clearTimeout(timer);
    return this.orders;
  }

  private async shop() {
    const { url, name } = this.options;
    // Repeated, because the order service may be away.
    while (this.products.length === 0 && !this.stopping.signal.aborted) {
      this.products = (await askOffers(url)).slice(0, PRODUCTS);
      if (this.products.length === 0) await sleep(REPEAT_AFTER_MS);
    }
    for (let number = 1; !this.stopping.signal.aborted; number += 1) {
      const key = `${name}-${String(number)}`;
      const order: CustomerOrder = { key, orderId: null, entryId: null, attempts: 0, unexpectedAnswer: null };
      this.orders.push(order);
      this.open.push(
        this.place(order, number).catch((error: unknown) => {
          order.unexpectedAnswer = messageOf(error);
        }),
      );
      await sleep(ORDER_EVERY_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  private async place(order: CustomerOrder, number: number) {
    const answer = await this.sendUntilAccepted(order, number);
    if (answer === null) return;
    order.orderId = answer.order_id;
    order.entryId = answer.entry_id;
    if (number % REPEATED_EVERY !== 0) return;
    const again = await this.sendUntilAccepted({ ...order }, number);
    if (again === null || (again.order_id === answer.order_id && again.entry_id === answer.entry_id)) return;
    order.unexpectedAnswer = `was confirmed as entry ${answer.entry_id} (order ${answer.order_id}), and when it was repeated as ${again.entry_id} (order ${again.order_id})`;
  }

  /** Sends an order until it is accepted, or rejected with a status below 500, or the customer gives up. */
  private async sendUntilAccepted(order: CustomerOrder, number: number) {
    while (!this.givingUp.signal.aborted) {
      order.attempts += 1;
      try {
        const { status, text } = await this.send(order.key, number);
        if (status === 201) return JSON.parse(text) as { order_id: string; entry_id: string };
        if (status < 500) {
          order.unexpectedAnswer = `answered ${String(status)}: ${text.slice(0, 300)}`;
          return null;
        }
      } catch {
        // No complete answer: whether the order was placed is unknown, so it is sent again.
      }
      await sleep(REPEAT_AFTER_MS);
    }
    return null;
  }

  private async send(key: string, number: number) {
    const response = await fetch(`${this.options.url}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(orderBody(number, this.products)),
      signal: AbortSignal.any([this.givingUp.signal, AbortSignal.timeout(ANSWER_DEADLINE_MS)]),
    });
    return { status: response.status, text: await response.text() };
  }
}

/** @param number the number of the order, which determines its items */
export function orderBody(number: number, products: readonly Offer[]) {
  const items = products.slice(0, 1 + (number % products.length));
  return {
    customer: { name: 'Trial Customer', email: 'trial@example.com' },
    items: items.map((offer, index) => ({ ...offer, quantity: 1 + ((number + index) % 3) })),
    currency: 'EUR',
    shipping_address: { street: '12 Harbour Street', city: 'Dublin', postal_code: 'D02 X285', country: 'IE' },
  };
}
