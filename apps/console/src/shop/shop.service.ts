import { Injectable, type OnModuleInit } from '@nestjs/common';
import { STREAMS } from '@shop/contracts';
import { Problem } from '../access/problem.js';
import { ConsoleConfiguration } from '../configuration.js';
import type { Catalogue, OrderRequest, PlacedOrderView, ShopView } from '../contract/shop.js';
import { LiveExtras } from '../live/live-extras.js';
import { Meter } from '../observe/meter.js';
import { Observatory } from '../observe/observatory.js';
import { StreamDirectory } from '../observe/stream-directory.js';
import { FRESH_MS } from '../observe/timing.js';
import { catalogueOf } from './catalogue.js';
import { ReadModelsReader, type ReadModels } from './read-models.js';
import { ShopServices } from './services.js';
import { SimulationService } from './simulation.service.js';

const MAX_SKUS = 500;
const ORDERS = STREAMS[0];
/** The shortest time from which orders a minute are computed, in milliseconds. */
const MIN_ORDERS_MS = 10_000;

/** The shop in numbers. */
@Injectable()
export class ShopService implements OnModuleInit {
  /** Measures over a minute, even with interruptions: after a freeze, a burst of orders must not count as the rate. */
  private readonly orders = new Meter({ windowMs: 60_000, gapMs: 60_000, leastMs: MIN_ORDERS_MS });
  private products: Catalogue | undefined;

  constructor(
    private readonly config: ConsoleConfiguration,
    private readonly observatory: Observatory,
    private readonly directory: StreamDirectory,
    private readonly readModels: ReadModelsReader,
    private readonly simulation: SimulationService,
    private readonly services: ShopServices,
    private readonly extras: LiveExtras,
  ) {}

  /** Registers the shop's streams, so that the console need not search for them. */
  onModuleInit(): void {
    if (this.config.SHOP_ORDER_URL === '') return;
    this.directory.pin(...STREAMS);
    this.extras.shop = () => this.view();
  }

  async view(): Promise<ShopView> {
    const [picture, models, simulation, gateway] = await Promise.all([
      this.observatory.notOlderThan(FRESH_MS),
      this.readModels.read(),
      this.simulation.simulation().catch(() => null),
      this.simulation.gateway().catch(() => null),
    ]);
    this.orders.add(performance.now(), picture.streams.get(ORDERS)?.entriesAdded ?? null);
    const { perSecond } = this.orders;
    return {
      atMs: picture.atMs,
      ordersPerMinute: perSecond === null ? null : perSecond * 60,
      declinedShare: declinedShare(models),
      ordersByState: models.ordersByState,
      revenueByCurrency: models.revenueByCurrency,
      stock: this.stockOf(models),
      shipmentsByCarrier: models.shipmentsByCarrier,
      simulation,
      gateway,
      canOperate: this.services.hasToken,
    };
  }

  catalogue(): Catalogue {
    return (this.products ??= catalogueOf(this.config.SIMULATION_SEED));
  }

  /** @throws Problem with the message of the order service */
  async place({ idempotencyKey, ...order }: OrderRequest): Promise<PlacedOrderView> {
    const { CUSTOMER_API_KEY: key } = this.config;
    const { status, body } = await this.services.order('/orders', order, {
      'Idempotency-Key': idempotencyKey,
      ...(key === '' ? {} : { 'X-API-Key': key }),
    });
    if (status === 201) {
      const { order_id: orderId, entry_id: entryId } = body as { order_id: string; entry_id: string };
      return { orderId, entryId };
    }
    const { message } = body as { message?: string | string[] };
    const words = Array.isArray(message) ? message : [message ?? `The order service answered ${String(status)}`];
    const code = status === 503 ? 'redis-away' : status === 429 ? 'busy' : 'invalid';
    throw new Problem(code, words.join('; '), words);
  }

  private stockOf({ stockBySku, soldBySku }: ReadModels): ShopView['stock'] {
    const names = new Map(this.catalogue().products.map(({ sku, name }) => [sku, name]));
    return Object.entries(stockBySku)
      .map(([sku, stock]) => ({ sku, name: names.get(sku) ?? null, stock, sold: soldBySku[sku] ?? 0 }))
      .sort((a, b) => a.stock - b.stock)
      .slice(0, MAX_SKUS);
  }
}

function declinedShare({ ordersByState }: ReadModels): number | null {
  const declined = ordersByState['declined'] ?? 0;
  const all = Object.values(ordersByState).reduce((sum, count) => sum + count, 0);
  // Orders that are only placed have no payment yet.
  const decided = all - (ordersByState['placed'] ?? 0);
  return decided === 0 ? null : declined / decided;
}
