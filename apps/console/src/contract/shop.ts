/**
 * `GET /api/shop`: the shop in numbers, from the processor's read models. Errors: 404 (no shop here), 503.
 * Amounts are integers in the currency's minor unit (1250 is €12.50; JPY has none: 1250 is ¥1,250).
 */
export interface ShopView {
  atMs: number;
  /** Over the last minute, or less when the console was opened later; null in its first ten seconds. */
  ordersPerMinute: number | null;
  /** Declined among the payments that the order states know; null without payments. */
  declinedShare: number | null;
  /** `placed`, `paid`, `declined`, `packed`, `shipped`. */
  ordersByState: Record<string, number>;
  revenueByCurrency: Record<string, number>;
  /** Ascending by stock, at most 500. */
  stock: { sku: string; name: string | null; stock: number; sold: number }[];
  shipmentsByCarrier: Record<string, number>;
  /** Null when the service does not answer; then the controls cannot work. */
  simulation: SimulationView | null;
  gateway: GatewayView | null;
  /** Whether the console has the operators' token, without which it steers neither. */
  canSteer: boolean;
}

export interface SimulationView {
  running: boolean;
  /** Orders per second, on average over a simulated day. */
  rate: number;
  /** Orders that simulated customers have placed. */
  placed: number;
}

/** How the payment service's gateway fares. */
export interface GatewayView {
  /** Share of gateway calls that fail and are tried again, 0 to 1. */
  failureShare: number;
}

/**
 * `POST /api/shop/simulation`: answers `SimulationView`. The console sends the operators' token along (`OPERATOR_TOKEN`); the
 * service's own decides (502 `not-operator`). Errors: 400, 403, 404, 502.
 */
export interface SimulationRequest {
  running: boolean;
  /** 0.01 to 1,000. */
  rate?: number;
}

/** `POST /api/shop/gateway`: answers `GatewayView`, as an operator like `SimulationRequest`. Errors: 400, 403, 404, 502. */
export interface GatewayRequest {
  /** 0 to 1. */
  failureShare: number;
}

/** `GET /api/shop/catalogue`: what can be ordered, for the form: 60 products, asked for once. Errors: 404. */
export interface Catalogue {
  products: { sku: string; name: string; unitPrice: Record<string, number> }[];
  currencies: string[];
}

/**
 * `POST /api/shop/orders`: places an order at the order service. Answers 201 `PlacedOrderView`.
 * Errors: 400 (`details` has the order service's own words), 403, 404, 502, 503 (Redis is away: repeat it with the same
 * `idempotencyKey`).
 */
export interface OrderRequest {
  customer: { name: string; email: string };
  items: { sku: string; name: string; quantity: number; unit_price: number }[];
  currency: string;
  shipping_address: { street: string; city: string; postal_code: string; country: string };
  /** A UUID of the form: the same order sent twice is one. */
  idempotencyKey: string;
}

export interface PlacedOrderView {
  /** The correlation id of its journey. */
  orderId: string;
  entryId: string;
}

/**
 * `POST /api/shop/audit`: checks the laws (needs the token, since it costs: it reads the streams whole; allowed when
 * read-only). One at a time; whoever asks meanwhile gets the same answer, and one younger than 10 seconds is given again.
 * Refused with 409 when the streams hold more than 200,000 entries: use `npm run audit`.
 */
export interface AuditView {
  atMs: number;
  tookMs: number;
  kept: boolean;
  /** Whether all groups were done; if not, a law can look broken that is not: say so. */
  quiet: boolean;
  laws: { law: number; title: string; checked: number; kept: boolean; problems: string[]; moreProblems: number }[];
  /** What the groups had still to do. */
  open: { stream: string; group: string; pending: number; lag: number | null }[];
}
