import './shop.css';
import { useMemo } from 'react';
import type { ShopView } from '../../../src/contract/shop.js';
import { useGet } from '../api/use-get.js';
import { money, percent, shortCount } from '../format/numbers.js';
import { columns } from '../live/series.js';
import { useLive, useShopFeed } from '../live/use-live.js';
import { useTitle } from '../shell/use-title.js';
import { Chart } from '../ui/chart.js';
import type { ChartSeries } from '../ui/plot.js';
import { Failed, Loading } from '../ui/notice.js';
import { Stat } from '../ui/stat.js';
import { Laws } from './laws.js';
import { OrderForm } from './order-form.js';
import { ordersPerMinute } from './orders-per-minute.js';
import { OrdersByState } from './orders-by-state.js';
import { Shipments } from './shipments.js';
import { Simulation } from './simulation.js';
import { Stock } from './stock.js';

const CHART_SPAN_S = 900;
const ORDERS: ChartSeries[] = [{ name: 'orders a minute', tint: 1 }];

/** The view of the shop: its numbers and controls. */
export function ShopViewPage() {
  useTitle('Shop');
  useShopFeed();
  const pushed = useLive((state) => state.shop);
  const { data, error, refetch } = useGet<ShopView>({ path: '/api/shop' });
  const shop = pushed !== null && (data === undefined || pushed.atMs >= data.atMs) ? pushed : data;
  return (
    <>
      <div className="view-head">
        <div>
          <h1>Shop</h1>
          <p>What runs on these events: an order becomes a payment, a stock movement and a shipment.</p>
        </div>
      </div>
      {shop !== undefined ? (
        <ShopBody shop={shop} />
      ) : (
        <div className="card">
          {error === null ? <Loading what="the shop" /> : <Failed error={error} onRetry={() => void refetch()} />}
        </div>
      )}
    </>
  );
}

function ShopBody({ shop }: { shop: ShopView }) {
  const points = useLive((state) => state.points);
  const rates = useMemo(() => ordersPerMinute(points), [points]);
  // Uses the chart's number if there is one, so that both show the same value.
  const perMinute = rates.at(-1)?.perMinute ?? shop.ordersPerMinute;
  return (
    <>
      <ShopStats shop={shop} perMinute={perMinute} />
      <div className="shop-columns">
        <div className="stack">
          <section className="card" aria-labelledby="orders-title">
            <div className="card-head">
              <h2 id="orders-title">Orders a minute</h2>
              <p>while a page of the console was open</p>
            </div>
            <div className="card-body">
              <Chart
                label="Orders a minute"
                series={ORDERS}
                data={columns(rates, [(point) => point.perMinute])}
                format={shortCount}
                span={CHART_SPAN_S}
                least={4}
              />
            </div>
          </section>
          <OrdersByState byState={shop.ordersByState} />
          <Laws />
          <Stock stock={shop.stock} />
        </div>
        <div className="stack">
          <Simulation simulation={shop.simulation} gateway={shop.gateway} canOperate={shop.canOperate} />
          <OrderForm />
          <Shipments byCarrier={shop.shipmentsByCarrier} />
        </div>
      </div>
    </>
  );
}

function ShopStats({ shop, perMinute }: { shop: ShopView; perMinute: number | null }) {
  const orders = Object.values(shop.ordersByState).reduce((sum, value) => sum + value, 0);
  const revenue = Object.entries(shop.revenueByCurrency).sort(([a], [b]) => a.localeCompare(b));
  return (
    <section className="stats" aria-label="The shop in numbers">
      <Stat
        label="Orders a minute"
        value={perMinute === null ? '–' : shortCount(Math.round(perMinute))}
        note="over the last minute"
      />
      <Stat label="Orders" value={shortCount(orders)} note="since the shop opened" />
      <Stat
        label="Declined"
        value={shop.declinedShare === null ? '–' : percent(shop.declinedShare)}
        note="of all payments"
      />
      <div className="card stat revenue">
        <div className="stat-label">Revenue</div>
        {revenue.length === 0 ? (
          <div className="stat-value">–</div>
        ) : (
          <ul>
            {revenue.map(([currency, amount]) => (
              <li key={currency}>
                <span className="quiet small">{currency}</span> <strong>{money(amount, currency)}</strong>
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}
