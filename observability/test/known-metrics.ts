/** The instruments that the shop's metrics come from: OpenTelemetry's messaging conventions, as Prometheus names them. */
const INSTRUMENTS = {
  messaging_client_sent_messages_total: 'counter',
  messaging_client_consumed_messages_total: 'counter',
  messaging_client_operation_duration_seconds: 'histogram',
  messaging_process_duration_seconds: 'histogram',
  messaging_redis_group_lag: 'gauge',
  messaging_redis_group_lag_time_seconds: 'gauge',
  messaging_redis_group_pending: 'gauge',
  messaging_redis_group_oldest_pending_age_seconds: 'gauge',
  messaging_redis_retries_total: 'counter',
  messaging_redis_dead_letters_total: 'counter',
  messaging_redis_dead_letters_delayed_total: 'counter',
  messaging_redis_dead_letters_trimmed_total: 'counter',
  messaging_redis_claims_total: 'counter',
  messaging_redis_conflicts_total: 'counter',
  messaging_redis_outages_total: 'counter',
} as const;

/** The metrics that rules and dashboards may ask for: the shop's, and what Prometheus adds by itself. */
export const KNOWN_METRICS: ReadonlySet<string> = new Set([
  'up',
  'ALERTS',
  ...Object.entries(INSTRUMENTS).flatMap(([name, kind]) =>
    kind === 'histogram' ? ['bucket', 'sum', 'count'].map((part) => `${name}_${part}`) : [name],
  ),
]);

/** Their labels, and those of the targets (`prometheus.yml`). */
export const KNOWN_LABELS: ReadonlySet<string> = new Set([
  'messaging_system',
  'messaging_destination_name',
  'messaging_consumer_group_name',
  'messaging_operation_name',
  'error_type',
  'le',
  'job',
  'app',
  'instance',
  'alertname',
  'alertstate',
]);
