import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { HttpMetrics } from '../api/http-metrics.ts';
import type { ReplicationMetrics } from '../replication/metrics.ts';
import type { StoreObserver } from '../store/store-observer.ts';

const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const sizeBuckets = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000];

/** Everything this process counts, as Prometheus reads it from /metrics. Durations are in seconds there. */
export interface PrometheusMetrics {
  readonly http: HttpMetrics;
  readonly replication: ReplicationMetrics;
  readonly store: StoreObserver;
}

/** One registry per replica, so that several can live in one process (tests). */
export function prometheusMetrics(options: { readonly processMetrics: boolean }): PrometheusMetrics {
  const registry = new Registry();
  if (options.processMetrics) collectDefaultMetrics({ register: registry });
  return {
    http: httpMetrics(registry),
    replication: replicationMetrics(registry),
    store: storeMetrics(registry),
  };
}

function httpMetrics(registry: Registry): HttpMetrics {
  const durations = new Histogram({
    name: 'congress_http_request_duration_seconds',
    help: 'Time from the request to its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: secondsBuckets,
    registers: [registry],
  });
  const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
  return {
    requestEnded({ method, route, status, durationMs }) {
      const label = methods.has(method) ? method : 'other';
      durations.observe({ method: label, route, status }, durationMs / 1_000);
    },
    exposition: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

function storeMetrics(registry: Registry): StoreObserver {
  const seconds = new Histogram({
    name: 'congress_store_call_duration_seconds',
    help: 'Time of one call of the store, with its retries.',
    labelNames: ['operation', 'outcome'],
    buckets: secondsBuckets,
    registers: [registry],
  });
  const units = new Counter({
    name: 'congress_store_units_total',
    help: 'Read and write units that DynamoDB billed, by table.',
    labelNames: ['table', 'kind'],
    registers: [registry],
  });
  return {
    called: ({ operation, outcome, durationMs }) =>
      seconds.observe({ operation, outcome }, durationMs / 1_000),
    consumed: ({ table, readUnits, writeUnits }) => {
      units.inc({ table, kind: 'read' }, readUnits);
      units.inc({ table, kind: 'write' }, writeUnits);
    },
  };
}

function replicationMetrics(registry: Registry): ReplicationMetrics {
  const registers = [registry];
  const histogram = (name: string, help: string, buckets = secondsBuckets) =>
    new Histogram({ name: `congress_${name}`, help, buckets, registers });
  const counter = (name: string, help: string) => new Counter({ name: `congress_${name}`, help, registers });
  const gauge = (name: string, help: string) => new Gauge({ name: `congress_${name}`, help, registers });

  const commits = new Counter({
    name: 'congress_commits_total',
    help: 'Commits by their outcome.',
    labelNames: ['outcome'],
    registers,
  });
  const commitSeconds = histogram('commit_duration_seconds', 'Time of one commit with all its attempts.');
  const groupSize = histogram(
    'commit_group_size',
    'Writes of clients that went with one commit.',
    sizeBuckets,
  );
  const queued = gauge('queued_writes', 'Writes waiting when the last group was formed.');
  const headSeconds = histogram(
    'head_read_duration_seconds',
    'Time of one strong read of the change sequence.',
  );
  const headShared = histogram(
    'head_read_shared',
    'Requests that shared one read of the change sequence.',
    sizeBuckets,
  );
  const headFailures = counter('head_read_failures_total', 'Reads of the change sequence that failed.');
  const records = counter('records_applied_total', 'Change records applied.');
  const gaps = counter('record_gaps_total', 'Reads of the log in which the next record was missing.');
  const applySeconds = histogram(
    'apply_duration_seconds',
    'Time that readers waited for one step of applying.',
  );
  const loads = counter('loads_total', 'Full loads of the state.');
  const loadSeconds = histogram('load_duration_seconds', 'Time of a full load.');
  const lag = gauge('lag_records', 'Committed records that are not applied here yet.');
  const staleness = gauge(
    'staleness_seconds',
    'Time since the last successful contact with the store; -1 before the first.',
  );

  const fleetLive = gauge('live_replicas', 'Replicas whose heartbeats this one sees, itself included.');
  const different = gauge(
    'catalog_digest_different',
    '1 while the catalog differs from that of a live replica at the same sequence, which must never be.',
  );

  return {
    fleetObserved: ({ live }) => fleetLive.set(live),
    digestCompared: (comparison) => different.set(comparison.different ? 1 : 0),
    commitEnded({ outcome, durationMs, groupSize: size }) {
      commits.inc({ outcome });
      commitSeconds.observe(durationMs / 1_000);
      groupSize.observe(size);
    },
    queueObserved: (length) => queued.set(length),
    headRead({ shared, durationMs, ok }) {
      headSeconds.observe(durationMs / 1_000);
      headShared.observe(shared);
      if (!ok) headFailures.inc();
    },
    pulled({ gap }) {
      if (gap) gaps.inc();
    },
    applied({ records: count, durationMs }) {
      records.inc(count);
      applySeconds.observe(durationMs / 1_000);
    },
    loaded({ durationMs }) {
      loads.inc();
      loadSeconds.observe(durationMs / 1_000);
    },
    lagObserved({ records: count, stalenessMs }) {
      lag.set(count);
      staleness.set(stalenessMs === null ? -1 : stalenessMs / 1_000);
    },
  };
}
