import { itemsOf } from './items.js';

/** Where a record comes from. */
export interface EntryOrigin {
  /** The stream entry's id. */
  id: string;
  /** Whether the simulation injected it as poison. */
  isPoison: boolean;
}

/** What the laws need of an `order_placed`. Money is in the currency's minor unit. */
export interface OrderRecord extends EntryOrigin {
  orderId: string;
  amount: number;
  currency: string;
  /** See {@link itemsOf}. */
  items: string;
}

/** What the laws need of a `payment_processed`. */
export interface PaymentRecord extends EntryOrigin {
  orderId: string;
  amount: number;
  currency: string;
  isApproved: boolean;
}

/** What the laws need of an `inventory_updated`. */
export interface UpdateRecord extends EntryOrigin {
  /** Only of a sale. */
  orderId: string | undefined;
  isSale: boolean;
  changes: readonly StockChange[];
}

/** What a stock movement does to one sku. */
export interface StockChange {
  sku: string;
  change: number;
  /** After the change, as the event says. */
  level: number;
}

/** What the laws need of a `shipment_created`. */
export interface ShipmentRecord extends EntryOrigin {
  orderId: string;
  carrier: string;
  items: string;
}

type Data = Record<string, unknown>;

const UUID_LENGTH = 36;
const CURRENCY = /^[A-Za-z]{3}$/;

/** An order's record; undefined when the payload does not have the shape of one. */
export function readOrder(data: Data, { id, isPoison }: EntryOrigin): OrderRecord | undefined {
  const { order_id: orderId, total_amount: amount, currency, items } = data;
  if (!isId(orderId) || !isAmount(amount) || !isCurrency(currency) || !isItems(items)) return undefined;
  let total = 0;
  for (const { quantity, unit_price: price } of items) {
    if (!isAmount(price)) return undefined;
    total += quantity * price;
  }
  return total === amount ? { id, isPoison, orderId, amount, currency, items: itemsOf(items) } : undefined;
}

/** A payment's record; undefined when the payload does not have the shape of one. */
export function readPayment(data: Data, { id, isPoison }: EntryOrigin): PaymentRecord | undefined {
  const { order_id: orderId, amount, currency, status } = data;
  if (!isId(orderId) || !isAmount(amount) || !isCurrency(currency)) return undefined;
  if (status !== 'approved' && status !== 'declined') return undefined;
  return { id, isPoison, orderId, amount, currency, isApproved: status === 'approved' };
}

/** A stock movement's record; undefined when the payload does not have the shape of one. */
export function readUpdate(data: Data, { id, isPoison }: EntryOrigin): UpdateRecord | undefined {
  const { order_id: orderId, reason, changes } = data;
  const isSale = reason === 'sale';
  if (!isSale && reason !== 'restock') return undefined;
  if (isSale ? !isId(orderId) : orderId !== undefined && !isId(orderId)) return undefined;
  if (!isList(changes)) return undefined;
  const read: StockChange[] = [];
  for (const { sku, quantity_change: change, stock_level: level } of changes) {
    // A level below 0 has the shape of a level: law 5 is there to find it.
    if (!isText(sku) || !isWhole(change) || change === 0 || !isWhole(level)) return undefined;
    read.push({ sku, change, level });
  }
  return { id, isPoison, orderId: isSale ? (orderId as string) : undefined, isSale, changes: read };
}

/** A shipment's record; undefined when the payload does not have the shape of one. */
export function readShipment(data: Data, { id, isPoison }: EntryOrigin): ShipmentRecord | undefined {
  const { order_id: orderId, carrier, items } = data;
  if (!isId(orderId) || !isText(carrier) || !isItems(items)) return undefined;
  return { id, isPoison, orderId, carrier, items: itemsOf(items) };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value.length === UUID_LENGTH;
}

function isWhole(value: unknown): value is number {
  return Number.isInteger(value);
}

function isAmount(value: unknown): value is number {
  return isWhole(value) && value >= 0;
}

function isCurrency(value: unknown): value is string {
  return typeof value === 'string' && CURRENCY.test(value);
}

function isList(value: unknown): value is Data[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'object' && item !== null);
}

function isItems(value: unknown): value is { sku: string; quantity: number; unit_price?: unknown }[] {
  return isList(value) && value.every(({ sku, quantity }) => isText(sku) && isWhole(quantity) && quantity >= 1);
}
