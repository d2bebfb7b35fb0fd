/**
 * `GET /api/shop`: the shop in numbers, from the processor's read models. Errors: 404 (no shop here), 503.
 * Amounts are integers in the currency's minor unit (1250 is €12.50; JPY has none: 1250 is ¥1,250).
 */
export interface ShopView {
  atMs: number;
  /** Over the last minute, or less when the console was opened later; null in the first ten seconds. */
  ordersPerMinute: number | null;
  /** The share of declined payments, from the states of the orders; null without payments. */
  declinedShare: number | null;
  /** `placed`, `paid`, `declined`, `packed`, `shipped`. */
  ordersByState: Record<string, number>;
  revenueByCurrency: Record<string, number>;
  /** Ascending by stock, at most 500. */
  stock: { sku: string; name: string | null; stock: number; sold: number }[];
  shipmentsByCarrier: Record<string, number>;
  /** Null if the service does not answer; then its controls do not work. */
  simulation: SimulationView | null;
  gateway: GatewayView | null;
  /** Whether the console has the operators' token, which it needs to control the simulation and the gateway. */
  canOperate: boolean;
}

export interface SimulationView {
  running: boolean;
  /** Orders per second, on average over a simulated day. */
  rate: number;
  /** Orders that simulated customers have placed. */
  placed: number;
}

/** The state of the payment service's gateway. */
export interface GatewayView {
  /** The share of gateway calls that fail and are retried, 0 to 1. */
  failureShare: number;
}

/**
 * `POST /api/shop/simulation`: answers `SimulationView`. The console sends its operators' token (`OPERATOR_TOKEN`);
 * if it is not the service's, the answer is 502 `not-operator`. Errors: 400, 403, 404, 502.
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

/** `GET /api/shop/catalogue`: what can be ordered, for the form: 60 products, loaded once. Errors: 404. */
export interface Catalogue {
  products: { sku: string; name: string; unitPrice: Record<string, number> }[];
  currencies: string[];
}

/**
 * `POST /api/shop/orders`: places an order at the order service. Answers 201 `PlacedOrderView`.
 * Errors: 400 (`details` has the messages of the order service), 403, 404, 502, 503 (Redis is unavailable: repeat it with the same
 * `idempotencyKey`).
 */
export interface OrderRequest {
  customer: { name: string; email: string };
  items: { sku: string; name: string; quantity: number; unit_price: number }[];
  currency: string;
  shipping_address: { street: string; city: string; postal_code: string; country: string };
  /** A UUID of the form: an order that is sent twice is placed once. */
  idempotencyKey: string;
}

export interface PlacedOrderView {
  /** The correlation id of its journey. */
  orderId: string;
  entryId: string;
}

/**
 * `POST /api/shop/audit`: checks the laws. It needs the token, because it is expensive: it reads whole streams. It is allowed if
 * the console is read-only. Requests at the same time share one check, and its answer is reused for 10 seconds.
 * 409 if the streams hold more than 200,000 entries: use `npm run audit`.
 */
export interface AuditView {
  atMs: number;
  tookMs: number;
  kept: boolean;
  /** Whether all groups were done; if not, a law can look broken although it is not. */
  quiet: boolean;
  laws: { law: number; title: string; checked: number; kept: boolean; problems: string[]; moreProblems: number }[];
  /** What the groups still had to do. */
  open: { stream: string; group: string; pending: number; lag: number | null }[];
}
