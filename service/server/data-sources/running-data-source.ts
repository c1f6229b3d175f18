import type { Clock } from '../../base/clock.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Logger } from '../../base/logger.ts';
import { Problem } from '../../base/problem.ts';
import type { Random } from '../../base/random.ts';
import type {
  ActionCall,
  ActionOutcome,
  Driver,
  DriverInstance,
  DriverPorts,
} from '../../datasources/driver.ts';
import type { HostRules } from '../../datasources/host-rules.ts';
import { Poller, type PollStatus } from '../../datasources/poller.ts';
import { openConfig } from '../../datasources/secrets/sealed-config.ts';
import type { SecretBox } from '../../datasources/secrets/secret-box.ts';
import type { TableSink } from '../../datasources/table-sink.ts';
import type { DataSource } from '../../policy/entities.ts';
import type { KeptLease } from '../../replication/lease-keeper.ts';
import type { Replication } from '../../replication/start-replication.ts';
import { reportOf } from './poll-report.ts';

export interface RunningDataSourceOptions {
  readonly dataSource: DataSource;
  readonly driver: Driver;
  readonly open: (config: JsonObject, ports: DriverPorts) => DriverInstance;
  readonly replication: Replication;
  readonly secrets: SecretBox;
  readonly hosts: HostRules;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** How long to wait before secrets are opened once more. */
const openAgainMs = 10_000;
/** A report that says the same but for the time is written this rarely. */
const reportIntervalMs = 5_000;

/**
 * One data source in use by this replica, with one configuration. It polls all the time, or while this replica
 * holds its lease; actions are sent in either case.
 */
export class RunningDataSource {
  readonly dataSource: DataSource;
  readonly #options: RunningDataSourceOptions;
  readonly #stopping = new AbortController();
  readonly #lease: KeptLease | null;
  #instance: Promise<DriverInstance> | null = null;
  #polling: { readonly poller: Poller; readonly stop: AbortController } | null = null;
  #openError: string | null = null;
  #asked = false;
  #reported: { readonly atMs: number; readonly text: string } = { atMs: 0, text: '' };
  readonly #work = new Set<Promise<void>>();

  constructor(options: RunningDataSourceOptions) {
    this.#options = options;
    this.dataSource = options.dataSource;
    const { replication, dataSource } = options;
    if (dataSource.polling !== 'leased') {
      this.#lease = null;
      this.#startPolling(replication.feeds.local(dataSource.id));
      return;
    }
    this.#lease = replication.leases.keep(`poll#${dataSource.id}`, {
      onAcquired: () => {
        const condition = () => this.#lease?.condition() ?? null;
        this.#startPolling(replication.feeds.shared(dataSource.id, condition));
      },
      onLost: () => this.#stopPolling(),
    });
  }

  /** Polls at once, where this replica polls; else when it comes to that, so that no request falls between two holders. */
  refresh(): void {
    if (this.#polling === null) this.#asked = true;
    else this.#polling.poller.refresh();
  }

  /** Of this replica's own polls; null when it does not poll. */
  pollStatus(): PollStatus | null {
    const status = this.#polling?.poller.status ?? null;
    if (this.#openError === null) return status;
    const nothing = { lastUpdatedMs: null, updates: 0, failures: 1, circuitOpen: false };
    return { ...(status ?? nothing), lastError: this.#openError };
  }

  async execute(call: ActionCall, signal: AbortSignal): Promise<ActionOutcome> {
    try {
      return await (await this.#open()).execute(call, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Problem)) throw error;
      return { kind: 'not-now', detail: error.message };
    }
  }

  /** Resolves when nothing of it runs any more. */
  async stop(): Promise<void> {
    this.#stopPolling();
    this.#stopping.abort(new Error('the data source is not used any more'));
    await this.#lease?.release();
    await Promise.all(this.#work);
    const instance = await this.#instance?.catch(() => null);
    await instance?.close();
  }

  #startPolling(sink: TableSink): void {
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, this.#stopping.signal]);
    const working: Promise<void> = this.#poll(sink, stop, signal).finally(() => this.#work.delete(working));
    this.#work.add(working);
  }

  #stopPolling(): void {
    this.#polling?.stop.abort(new Error('polling ends here'));
    this.#polling = null;
  }

  async #poll(sink: TableSink, stop: AbortController, signal: AbortSignal): Promise<void> {
    const { dataSource, replication } = this.#options;
    const instance = await this.#openUntil(signal);
    if (instance === null) return;
    const isShared = dataSource.polling === 'leased';
    const poller = new Poller({
      ...this.#options,
      dataSource: dataSource.name,
      instance,
      tables: dataSource.tables.map(({ table }) => table),
      sink,
      onRound: (status) => {
        if (isShared) this.#report(replication, status);
      },
    });
    this.#polling = { poller, stop };
    if (this.#asked) poller.refresh();
    this.#asked = false;
    await poller.run(signal);
  }

  /** Null when the signal is aborted first. */
  async #openUntil(signal: AbortSignal): Promise<DriverInstance | null> {
    const { clock, logger, dataSource } = this.#options;
    while (!signal.aborted) {
      try {
        const instance = await this.#open();
        this.#openError = null;
        return signal.aborted ? null : instance;
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        if (this.#openError !== error.message) {
          logger.warn('data source cannot be opened', { dataSource: dataSource.name, error: error.message });
        }
        this.#openError = error.message;
        await clock.sleep(openAgainMs, signal).catch(() => {});
      }
    }
    return null;
  }

  #open(): Promise<DriverInstance> {
    const { dataSource, driver, open, secrets, clock, hosts } = this.#options;
    this.#instance ??= openConfig(dataSource.config ?? {}, {
      driver,
      dataSource: dataSource.id,
      box: secrets,
    })
      .then((config) => open(config, { clock, hosts }))
      .catch((error: unknown) => {
        this.#instance = null;
        throw error;
      });
    return this.#instance;
  }

  #report(replication: Replication, status: PollStatus): void {
    const { clock, dataSource } = this.#options;
    const nowMs = clock.monotonicMs();
    const text = JSON.stringify([status.lastError, status.circuitOpen, status.updates === 1]);
    if (text === this.#reported.text && nowMs - this.#reported.atMs < reportIntervalMs) return;
    this.#reported = { atMs: nowMs, text };
    const written = replication.pollReports.write(dataSource.id, reportOf(status), this.#stopping.signal);
    const working: Promise<void> = written.then(() => {}).finally(() => this.#work.delete(working));
    this.#work.add(working);
  }
}
