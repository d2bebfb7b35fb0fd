import { urlOf, type PlannedApp } from './apps.js';
import type { Offer } from './catalogue.js';
import type { ProvidedRedis } from '../redis/provided.js';
import type { OperatorToken } from './operator-token.js';
import type { Style } from '../terminal/paint.js';

const NOTES = {
  console: 'open it to see what happens and what is wrong, and to act',
  order: 'POST /orders   GET /catalogue?currency=EUR   POST /simulation/start, /simulation/stop   GET /simulation',
  processor: 'GET /orders/:id',
};

/** The customers' key: the user who has set it for the shop can set it in another terminal, too. */
const KEY = '-H "x-api-key: $CUSTOMER_API_KEY" ';

/** A complete order that the order service accepts. */
const sampleOrder = ({ sku, name, unit_price }: Offer) => `{
      "customer": {"customer_id": "6f1c7c1e-3f0a-4c52-9d8e-2b7a5c0f4e11", "name": "Ada Lovelace", "email": "ada@example.com"},
      "items": [{"sku": "${sku}", "name": "${name}", "quantity": 2, "unit_price": ${String(unit_price)}}],
      "currency": "EUR", "total_amount": ${String(2 * unit_price)},
      "shipping_address": {"street": "12 Harbour Street", "city": "Dublin", "postal_code": "D02 X285", "country": "IE"}
    }`;

interface BannerOptions {
  readonly apps: readonly PlannedApp[];
  readonly redis: ProvidedRedis;
  /** The prefix of the keys in Redis. */
  readonly prefix: string;
  /** A product for the sample order, with its price in euros; null if the catalogue could not be read. */
  readonly offer: Offer | null;
  /** Whether orders need the customers' key. */
  readonly needsKey: boolean;
  readonly operatorToken: OperatorToken;
  /** How long the shop runs, for people; null: until Ctrl-C. */
  readonly until: string | null;
}

/** The text that is shown when the shop is open: addresses, and how to order, watch and operate it. */
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
    ...apps.map((app) => row(app.title, urlOf(app), noteOf(app.title))),
    row('redis', redis.label, ''),
    '',
    `  ${paint('bold', 'Place an order')}, and read it from the processor by its order_id`,
    command(ordering),
    command(`curl -s ${processor === undefined ? '' : urlOf(processor)}/orders/<order_id>`),
    '',
    `  ${paint('bold', 'Watch it')}, in another terminal in this folder`,
    ...cli.map(command),
    command('npm run audit'),
    '',
    ...operating(operatorToken, orderUrl, paint),
    '',
    until === null
      ? `  ${paint('bold', 'Ctrl-C')} stops everything.`
      : `  It runs for ${until}, then the laws are checked. ${paint('bold', 'Ctrl-C')} stops it earlier.`,
    '',
    '',
  ].join('\n');
}

/** How to operate the shop. A token that the user has set is not shown. */
function operating({ value, isGiven }: OperatorToken, orderUrl: string, paint: (style: Style, text: string) => string) {
  const token = isGiven ? '$OPERATOR_TOKEN' : value;
  const origin = isGiven ? 'in a terminal with the same OPERATOR_TOKEN' : `OPERATOR_TOKEN=${value}`;
  return [
    `  ${paint('bold', 'Operate it')}, ${origin}`,
    `    curl -s -X POST ${orderUrl}/simulation/stop -H "authorization: Bearer ${token}"`,
  ];
}

function noteOf(title: string) {
  if (title === 'console') return NOTES.console;
  if (title === 'order') return NOTES.order;
  return title.startsWith('processor') ? NOTES.processor : '';
}
