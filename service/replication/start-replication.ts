import { setMaxListeners } from 'node:events';
import type { Clock } from '../base/clock.ts';
import type { ReplicaId, Sequence } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import { Problem } from '../base/problem.ts';
import type { Random } from '../base/random.ts';
import type { Engine } from '../engine/engine.ts';
import { Catalog } from '../policy/catalog.ts';
import { UnknownTables } from '../policy/unknown-tables.ts';
import type { Write } from '../policy/write.ts';
import { ensureDefaultPolicies, hasDefaultPolicies } from '../policy/writes/ensure-default-policies.ts';
import type { LeaseStore } from '../store/lease-store.ts';
import type { RowStore } from '../store/row-store.ts';
import type { StateStore } from '../store/state-store.ts';
import { Background } from './background.ts';
import { Bootstrap, type Loaded } from './bootstrap.ts';
import { BulkPreparation } from './bulk-preparation.ts';
import { CachedRowStore } from './cached-row-store.ts';
import { ChangeHistory } from './change-history.ts';
import { Cleanup } from './cleanup.ts';
import { Collector } from './collector.ts';
import { CommitAttempt } from './commit-attempt.ts';
import { Committer } from './committer.ts';
import { type Compressor, zlibCompressor } from './compressor.ts';
import { DetachedStore } from './detached-json.ts';
import { Fleet } from './fleet.ts';
import { FleetReports } from './fleet-reports.ts';
import { Follower } from './follower.ts';
import { HeadReader } from './head-reader.ts';
import { Heartbeats, type ReplicaIdentity } from './heartbeats.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { LiveReplica } from './live-replica.ts';
import { type ReplicationMetrics, silentMetrics } from './metrics.ts';
import { PollReports } from './poll-reports.ts';
import { ReplicaStopping } from './problems.ts';
import { RowPusher } from './push-rows.ts';
import { ReadGate } from './read-gate.ts';
import { RecordLoader } from './record-loader.ts';
import { Replica } from './replica.ts';
import { ReplicaNode } from './replica-node.ts';
import type { ReplicaPort } from './replica-port.ts';
import { RowChunks } from './row-chunks.ts';
import { defaultSettings, type ReplicationSettings } from './settings.ts';
import type { SnapshotFolder } from './snapshot-folder.ts';
import { SnapshotKeeper } from './snapshot-keeper.ts';
import { SnapshotStart } from './snapshot-start.ts';
import { StoreContact } from './store-contact.ts';
import type { SystemPort } from './system-port.ts';
import { TableFeeds } from './table-feeds.ts';
import { TableRows } from './table-rows.ts';
import { WriteAnswers } from './write-answers.ts';

export interface ReplicationPorts {
  /** Unique per process and start. */
  readonly replicaId: ReplicaId;
  /** What the others are told about this process. */
  readonly identity?: ReplicaIdentity;
  readonly stateStore: StateStore;
  readonly rowStore: RowStore;
  readonly leaseStore: LeaseStore;
  /** Where a snapshot is kept on this host; none is kept without it. */
  readonly snapshotFolder?: SnapshotFolder;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Made once after the start, in order, with the default policies; the replica is not ready before. */
  readonly firstWrites?: readonly Write<null>[];
  /** A new, empty engine. */
  readonly newEngine: () => Engine;
  readonly metrics?: ReplicationMetrics;
  readonly compressor?: Compressor;
  readonly settings?: Partial<ReplicationSettings>;
}

/** A replica that runs. */
export interface Replication {
  readonly port: ReplicaPort;
  readonly system: SystemPort;
  /** For whatever only one replica may do at a time. */
  readonly leases: Pick<LeaseKeeper, 'keep' | 'held'>;
  /** Ways in for polled rows. */
  readonly feeds: TableFeeds;
  readonly pollReports: PollReports;
  /** What this replica holds now, and when that changes. */
  readonly live: Pick<LiveReplica, 'state' | 'installed' | 'onRecord' | 'onChange'>;
  /** Not ready any more from now on, but serving. */
  drain(): void;
  /**
   * Takes no more writes, answers those it has, ends the loops, releases the leases and resolves. Does not close
   * the stores.
   */
  stop(): Promise<void>;
  /** Rejects when a loop died of a bug, resolves after `stop`. Whoever starts a replica must watch it. */
  readonly ended: Promise<void>;
}

/**
 * Starts a replica: it loads everything, follows the log, and makes sure that the default policies exist.
 * Returns at once; `port.health().ready` tells when it may serve.
 */
export function startReplication(ports: ReplicationPorts): Replication {
  const stopping = new AbortController();
  // As many listeners as calls are under way; each removes its own.
  setMaxListeners(0, stopping.signal);
  const parts = assemble(ports, stopping.signal);
  const { node, follower, committer, background, leases, heartbeats, keeper, collector, system } = parts;
  const following = follower.run();
  const committing = committer.run();
  const preparing = ensureDefaults(ports, parts, stopping.signal);
  const loops = [
    following,
    committing,
    preparing,
    leases.run(),
    heartbeats.run(),
    keeper?.run(),
    collector.run(),
  ];
  const ended = Promise.all(loops).then(() => background.drain());
  const stop = async (): Promise<void> => {
    node.drain();
    committer.stop();
    await committing;
    await background.drain();
    stopping.abort(new ReplicaStopping('this replica is stopping'));
    await ended;
  };
  const { feeds, pollReports, live } = parts;
  return {
    port: node,
    system,
    feeds,
    pollReports,
    live,
    leases,
    drain: () => node.drain(),
    stop,
    ended,
  };
}

interface Parts {
  readonly node: ReplicaNode;
  readonly live: LiveReplica;
  readonly follower: Follower;
  readonly committer: Committer;
  readonly background: Background;
  readonly leases: LeaseKeeper;
  readonly heartbeats: Heartbeats;
  readonly keeper: SnapshotKeeper | null;
  readonly collector: Collector;
  readonly contact: StoreContact;
  readonly feeds: TableFeeds;
  readonly pollReports: PollReports;
  readonly system: SystemPort;
}

function assemble(ports: ReplicationPorts, signal: AbortSignal): Parts {
  const settings = { ...defaultSettings, ...ports.settings };
  const { clock, random, logger, stateStore: store, replicaId, newEngine, snapshotFolder: folder } = ports;
  const metrics = ports.metrics ?? silentMetrics;
  const compressor = ports.compressor ?? zlibCompressor;
  const contact = new StoreContact(clock);
  const background = new Background(logger);
  const rowStore =
    folder === undefined
      ? ports.rowStore
      : new CachedRowStore(ports.rowStore, { folder, background, logger });
  const empty = {
    sequence: 0 as Sequence,
    catalog: new Catalog(),
    engine: newEngine(),
    unknown: new UnknownTables(),
  };
  const live = new LiveReplica({ replica: new Replica(empty), clock, logger, metrics });
  const chunks = new RowChunks({ compressor, clock, chunkBytesMax: settings.rowChunkBytesMax });
  const tableRows = new TableRows({ rowStore, chunks });
  const detached = new DetachedStore({ store, compressor, clock });
  const loader = new RecordLoader({ detached, tableRows, settings });
  const bootstrap = new Bootstrap({ store, loader, tableRows, newEngine, clock, settings });
  const shared = { store, live, contact, clock, random, logger, metrics, settings, signal };
  const keeper = folder === undefined ? null : new SnapshotKeeper({ ...shared, folder });
  const snapshot = keeper === null ? null : new SnapshotStart({ ...shared, keeper, bootstrap });
  const onLoaded = ({ entities, commitId }: Loaded): void => keeper?.loaded(entities, commitId);
  const follower = new Follower({ ...shared, loader, bootstrap, snapshot, onLoaded });
  const heads = new HeadReader({
    ...shared,
    timeoutMs: settings.storeTimeoutMs,
    onHead: ({ sequence }) => follower.noteHead(sequence),
  });
  const backoff = { minMs: settings.backoffMinMs, maxMs: settings.backoffMaxMs };
  const attempt = new CommitAttempt({ ...shared, timeoutMs: settings.commitTimeoutMs, backoff });
  const bulk = new BulkPreparation({ ...shared, detached });
  const cleanup = new Cleanup({ ...shared, rowStore, background });
  const writing = { ...shared, follower, heads, cleanup, background };
  const answers = new WriteAnswers({ detached, bulk, background });
  const committer = new Committer({ ...writing, replicaId, attempt, bulk, answers, loader });
  const pusher = new RowPusher({ ...writing, committer, chunks, rowStore, tableRows });
  const gate = new ReadGate({ ...shared, follower, heads, waitMs: settings.readWaitMs });
  const alarms = (): readonly string[] => heartbeats.reasons();
  const node = new ReplicaNode({ live, follower, committer, pusher, gate, contact, alarms });
  const leases = new LeaseKeeper({ ...shared, replicaId, leaseStore: ports.leaseStore });
  const collector = new Collector({ ...shared, cleanup, leases });
  const fleet = new Fleet(clock);
  const heartbeats = new Heartbeats({
    ...shared,
    replicaId,
    identity: ports.identity ?? { address: replicaId, build: 'unknown' },
    fleet,
    health: () => node.health(),
    leasesHeld: () => leases.held(),
    reload: (reason) => follower.reload(reason),
  });
  const knownHead = (): Sequence => follower.knownHead;
  const history = new ChangeHistory({ ...shared, loader });
  const reports = new FleetReports({ ...shared, replicaId, fleet, heartbeats, knownHead });
  return {
    node,
    live,
    follower,
    committer,
    background,
    leases,
    heartbeats,
    keeper,
    collector,
    contact,
    feeds: new TableFeeds({ live, pusher, committer, clock }),
    pollReports: new PollReports({ store, clock, timeoutMs: settings.storeTimeoutMs }),
    system: { fleet: reports, history },
  };
}

/** However many replicas start at once, one commit makes each policy: the others then find it there. */
async function ensureDefaults(ports: ReplicationPorts, parts: Parts, signal: AbortSignal): Promise<void> {
  const { clock, random, logger, settings } = ports;
  const { live, committer, node, contact } = parts;
  const pauseMs = settings?.pollIntervalMs ?? defaultSettings.pollIntervalMs;
  const ids = { classificationId: random.uuid(), actionId: random.uuid() };
  await live.waitApplied(0 as Sequence, signal).catch(() => {});
  while (!signal.aborted) {
    // Once there they stay: a replica that serves a snapshot need not ask the store to be ready.
    if (contact.away && hasDefaultPolicies(live.state.catalog)) node.markPrepared();
    try {
      for (const write of [ensureDefaultPolicies(ids), ...(ports.firstWrites ?? [])]) {
        await committer.submit(write, { signal });
      }
      node.markPrepared();
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Problem)) throw error;
      logger.debug('the first content is not there yet', { error: error.message });
      await clock.sleep(pauseMs, signal).catch(() => {});
    }
  }
}
