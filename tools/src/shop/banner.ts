import { urlOf, type PlannedApp } from './apps.js';
import type { Offer } from './catalogue.js';
import type { ProvidedRedis } from '../redis/provided.js';
import type { OperatorToken } from './operator-token.js';
import type { Style } from '../terminal/paint.js';

const OFFERS = {
  console: 'open it: what happens, what is wrong, and what to do',
  order: 'POST /orders   GET /catalogue?currency=EUR   POST /simulation/start, /simulation/stop   GET /simulation',
  processor: 'GET /orders/:id',
};

/** Whoever set it in the environment of the shop has it in another terminal's. */
const KEY = '-H "x-api-key: $CUSTOMER_API_KEY" ';

/** An order that the order service takes as it is. */
const sampleOrder = ({ sku, name, unit_price }: Offer) => `{
      "customer": {"customer_id": "6f1c7c1e-3f0a-4c52-9d8e-2b7a5c0f4e11", "name": "Ada Lovelace", "email": "ada@example.com"},
      "items": [{"sku": "${sku}", "name": "${name}", "quantity": 2, "unit_price": ${String(unit_price)}}],
      "currency": "EUR", "total_amount": ${String(2 * unit_price)},
      "shipping_address": {"street": "12 Harbour Street", "city": "Dublin", "postal_code": "D02 X285", "country": "IE"}
    }`;

interface BannerOptions {
  readonly apps: readonly PlannedApp[];
  readonly redis: ProvidedRedis;
  /** Of the keys in Redis. */
  readonly prefix: string;
  /** Something that can be ordered, in euros; null where nothing told. */
  readonly offer: Offer | null;
  /** Whether orders need the customers' key. */
  readonly needsKey: boolean;
  readonly operatorToken: OperatorToken;
  /** How long it runs, for people; null until Ctrl-C. */
  readonly until: string | null;
}

/** The text that greets whoever started the shop: addresses, how to order, how to watch, how to steer. */
export function banner(
  { apps, redis, prefix, offer, needsKey, operatorToken, until }: BannerOptions,
  paint: (style: Style, text: string) => string,
): string {
  const width = Math.max(...apps.map(({ title }) => title.length));
  const row = (title: string, address: string, note: string) =>
    `  ${title.padEnd(width)}  ${paint('cyan', address)}  ${paint('dim', note)}`.trimEnd();
  const order = apps.find(({ title }) => title === 'order');
  const processor = apps.find(({ title }) => title.startsWith('processor'));
  const command = (text: string) => `    ${text}`;
  const orderUrl = order === undefined ? '' : urlOf(order);
  const ordering =
    offer === null
      ? `curl -s '${orderUrl}/catalogue?currency=EUR'`
      : `curl -s ${orderUrl}/orders ${needsKey ? KEY : ''}-H 'content-type: application/json' -d '${sampleOrder(offer)}'`;
  const cli =
    redis.cli === null
      ? []
      : [`${redis.cli} XLEN ${prefix}:orders`, `${redis.cli} XRANGE ${prefix}:orders - + COUNT 5`];

  return [
    '',
    `  ${paint('bold', 'The shop is open.')}`,
    '',
    ...apps.map((app) => row(app.title, urlOf(app), offerOf(app.title))),
    row('redis', redis.label, ''),
    '',
    `  ${paint('bold', 'Place an order')}, and find it again on the processor by its order_id`,
    command(ordering),
    command(`curl -s ${processor === undefined ? '' : urlOf(processor)}/orders/<order_id>`),
    '',
    `  ${paint('bold', 'Watch')}, from another terminal in this folder`,
    ...cli.map(command),
    command('npm run audit'),
    '',
    ...steering(operatorToken, orderUrl, paint),
    '',
    until === null
      ? `  ${paint('bold', 'Ctrl-C')} stops all of it.`
      : `  It runs for ${until}, then the laws are checked. ${paint('bold', 'Ctrl-C')} stops it before.`,
    '',
    '',
  ].join('\n');
}

/** How to change something; a token that was given is not shown, as whoever gave it has it. */
function steering({ value, isGiven }: OperatorToken, orderUrl: string, paint: (style: Style, text: string) => string) {
  const token = isGiven ? '$OPERATOR_TOKEN' : value;
  const whose = isGiven ? 'where OPERATOR_TOKEN is set as for this shop' : `OPERATOR_TOKEN=${value}`;
  return [
    `  ${paint('bold', 'Steer it')} as its operator, ${whose}`,
    `    curl -s -X POST ${orderUrl}/simulation/stop -H "authorization: Bearer ${token}"`,
  ];
}

function offerOf(title: string) {
  if (title === 'console') return OFFERS.console;
  if (title === 'order') return OFFERS.order;
  return title.startsWith('processor') ? OFFERS.processor : '';
}
