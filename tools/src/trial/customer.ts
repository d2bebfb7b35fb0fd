import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../failure.js';
import { askOffers, type Offer } from '../shop/catalogue.js';

const ORDER_EVERY_MS = 250;
const ANSWER_DEADLINE_MS = 5000;
const REPEAT_AFTER_MS = 500;

/** Every fifth order is sent once more after it was accepted, as by somebody who presses the button twice. */
const PRESSED_TWICE = 5;

/** Of so many products of the shop it buys one or more. */
const LIKED = 3;

/** An order as the customer knows it. */
export interface OwnOrder {
  /** The Idempotency-Key. */
  readonly key: string;
  /** What the customer was told; null where no answer came. */
  orderId: string | null;
  entryId: string | null;
  /** How often it was sent until it was accepted. */
  attempts: number;
  /** An answer that should not have come. */
  complaint: string | null;
}

/**
 * A customer who orders over HTTP four times a second, repeats what was not answered with 201 under the same Idempotency-Key
 * until it is, and remembers what it was told.
 * @param options where the order service listens, and how the keys begin
 */
export function createCustomer({ url, name }: { url: string; name: string }) {
  const orders: OwnOrder[] = [];
  const open: Promise<void>[] = [];
  const stopping = new AbortController();
  const tooLate = new AbortController();

  const send = async (key: string, number: number) => {
    const response = await fetch(`${url}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(orderBody(number, liked)),
      signal: AbortSignal.any([tooLate.signal, AbortSignal.timeout(ANSWER_DEADLINE_MS)]),
    });
    return { status: response.status, text: await response.text() };
  };

  /** Sends it until it is accepted, refused for good, or nobody waits for it any more. */
  const insist = async (order: OwnOrder, number: number) => {
    while (!tooLate.signal.aborted) {
      order.attempts += 1;
      try {
        const { status, text } = await send(order.key, number);
        if (status === 201) return JSON.parse(text) as { order_id: string; entry_id: string };
        if (status < 500) order.complaint = `answered ${String(status)}: ${text.slice(0, 300)}`;
        if (status < 500) return null;
      } catch {
        // No answer, or half of one: whether the order was placed is not known, so it is sent again.
      }
      await sleep(REPEAT_AFTER_MS);
    }
    return null;
  };

  const place = async (order: OwnOrder, number: number) => {
    const told = await insist(order, number);
    if (told === null) return;
    order.orderId = told.order_id;
    order.entryId = told.entry_id;
    if (number % PRESSED_TWICE !== 0) return;
    const again = await insist({ ...order }, number);
    if (again === null || (again.order_id === told.order_id && again.entry_id === told.entry_id)) return;
    order.complaint = `told ${told.entry_id} (order ${told.order_id}) at first, ${again.entry_id} (order ${again.order_id}) later`;
  };

  let liked: readonly Offer[] = [];
  const shop = async () => {
    // Whatever breaks meanwhile: nobody orders what it does not know.
    while (liked.length === 0 && !stopping.signal.aborted) {
      liked = (await askOffers(url)).slice(0, LIKED);
      if (liked.length === 0) await sleep(REPEAT_AFTER_MS);
    }
    for (let number = 1; !stopping.signal.aborted; number += 1) {
      const key = `${name}-${String(number)}`;
      const order: OwnOrder = { key, orderId: null, entryId: null, attempts: 0, complaint: null };
      orders.push(order);
      open.push(
        place(order, number).catch((error: unknown) => {
          order.complaint = messageOf(error);
        }),
      );
      await sleep(ORDER_EVERY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const shopping = shop();

  return {
    /** Places no more orders, and waits until each was answered. */
    async stop(deadlineMs: number): Promise<readonly OwnOrder[]> {
      stopping.abort();
      await shopping;
      const timer = setTimeout(() => {
        tooLate.abort();
      }, deadlineMs);
      await Promise.all(open);
      clearTimeout(timer);
      return orders;
    },
  };
}

/** @param number of the order; it gives each another shape */
export function orderBody(number: number, liked: readonly Offer[]) {
  const items = liked.slice(0, 1 + (number % liked.length));
  return {
    customer: { name: 'Trial Customer', email: 'trial@example.com' },
    items: items.map((offer, index) => ({ ...offer, quantity: 1 + ((number + index) % 3) })),
    currency: 'EUR',
    shipping_address: { street: '12 Harbour Street', city: 'Dublin', postal_code: 'D02 X285', country: 'IE' },
  };
}
