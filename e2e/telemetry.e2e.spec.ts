import { spawnSync } from 'node:child_process';
import { eventually } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPromtool } from '@shop/tools';
import { startCollector, type CollectedSpan, type OtlpCollector } from './otlp-collector.js';
import { orderBody, startShop, type Shop } from './shop.js';

/** Prometheus' package may have to be downloaded. */
const SETUP_DEADLINE_MS = 420_000;

const ALWAYS = [
  'messaging_client_consumed_messages_total',
  'messaging_client_operation_duration_seconds',
  'messaging_client_sent_messages_total',
  'messaging_process_duration_seconds',
  'messaging_redis_group_lag',
  'messaging_redis_group_lag_time_seconds',
  'messaging_redis_group_oldest_pending_age_seconds',
  'messaging_redis_group_pending',
];
const WHEN_IT_HAPPENS = ['retries', 'dead_letters', 'claims', 'conflicts', 'outages'].map(
  (what) => `messaging_redis_${what}_total`,
);

describe('traces and metrics of the shop', () => {
  let collector: OtlpCollector;
  let promtool: string;
  let shop: Shop;
  let orderId: string;
  beforeAll(async () => {
    promtool = await findPromtool();
    collector = await startCollector();
    shop = await startShop({
      environment: {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        // Nothing is sent before the end: what arrives proves that stopping sends the rest.
        OTEL_BSP_SCHEDULE_DELAY: '600000',
        GATEWAY_DECLINE_SHARE: '0',
        GATEWAY_FAILURE_SHARE: '0',
      },
    });
    ({ order_id: orderId } = (await shop.post('/orders', orderBody())).body);
    await eventually('the order is shipped', async () => (await shop.order(orderId)).body.state === 'shipped');
  }, SETUP_DEADLINE_MS);
  afterAll(() => collector[Symbol.asyncDispose]());

  it('has metrics on every app that promtool accepts', async () => {
    const texts = await Promise.all(shop.apps.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()));
    for (const text of texts) {
      const { status, stdout, stderr } = spawnSync(promtool, ['check', 'metrics'], { input: text, encoding: 'utf8' });
      expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
      expect(text).toContain('process_cpu_time_seconds_total');
    }
    const all = texts.join('\n');
    const names = new Set([...all.matchAll(/^# TYPE (messaging_\w+)/gm)].map(([, name]) => name ?? ''));
    expect([...names]).toEqual(expect.arrayContaining(ALWAYS));
    expect([...names].filter((name) => ![...ALWAYS, ...WHEN_IT_HAPPENS].includes(name))).toEqual([]);
    expect(all).toMatch(
      /^messaging_process_duration_seconds_count\{messaging_system="redis",messaging_operation_name="process",messaging_destination_name="orders",messaging_consumer_group_name="payment_service"\} 1$/m,
    );
  });

  it('shows an order through five processes in one trace', async () => {
    await shop[Symbol.asyncDispose]();
    const root = collector.spans.find(({ name }) => name === 'POST /orders');
    const trace = collector.spans.filter(({ traceId }) => traceId === root?.traceId);
    expect(root).toMatchObject({
      service: 'order_service',
      parentSpanId: undefined,
      attributes: { 'http.request.method': 'POST', 'http.route': '/orders', 'http.response.status_code': 201 },
    });
    expect(new Set(trace.map(({ service }) => service))).toEqual(
      new Set(['order_service', 'payment_service', 'inventory_service', 'shipping_service', 'processor']),
    );

    const byId = new Map(trace.map((span) => [span.spanId, span]));
    const wayOf = (span: CollectedSpan): string[] => {
      const parent = byId.get(span.parentSpanId ?? '');
      return [...(parent ? wayOf(parent) : []), `${span.service}: ${span.name}`];
    };
    const shipment = trace.find(({ service, name }) => service === 'processor' && name === 'process shipments');
    expect(shipment && wayOf(shipment)).toEqual([
      'order_service: POST /orders',
      'order_service: publish orders',
      'payment_service: process orders',
      'inventory_service: process payments',
      'shipping_service: process inventory',
      'processor: process shipments',
    ]);
    const processed = trace.filter(({ name }) => name.startsWith('process '));
    expect(new Set(processed.map(({ attributes }) => attributes['messaging.message.conversation_id']))).toEqual(
      new Set([orderId]),
    );
  });
});
