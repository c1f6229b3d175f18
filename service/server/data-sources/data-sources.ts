import type { DataSourcePort } from '../../api/data-source-port.ts';
import { canonicalJson } from '../../base/canonical-json.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Random } from '../../base/random.ts';
import type { ActionCall, ActionOutcome, Driver, DriverAction } from '../../datasources/driver.ts';
import type { HostRules } from '../../datasources/host-rules.ts';
import type { PollStatus } from '../../datasources/poller.ts';
import type { SecretBox } from '../../datasources/secrets/secret-box.ts';
import type { DataSource, PollingMode } from '../../policy/entities.ts';
import { dataSourceToEntity } from '../../policy/entity-json.ts';
import type { Replication } from '../../replication/start-replication.ts';
import { statusFromReport } from './poll-report.ts';
import { RunningDataSource } from './running-data-source.ts';

export interface DataSourcesOptions {
  readonly drivers: ReadonlyMap<string, Driver>;
  readonly secrets: SecretBox;
  readonly pollingDefault: PollingMode;
  readonly hosts: HostRules;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/**
 * The data sources of the catalog that have something to run, running: as they come, change and go with the log.
 * Before `begin` there is none.
 */
export class DataSources implements DataSourcePort {
  readonly secrets: SecretBox;
  readonly pollingDefault: PollingMode;
  readonly #options: DataSourcesOptions;
  readonly #running = new Map<string, { readonly config: string; readonly source: RunningDataSource }>();
  readonly #ending = new Set<Promise<void>>();
  readonly #actions = new WeakMap<DataSource, ReadonlyMap<string, DriverAction>>();
  #replication: Replication | null = null;
  #stopped = false;

  constructor(options: DataSourcesOptions) {
    this.#options = options;
    this.secrets = options.secrets;
    this.pollingDefault = options.pollingDefault;
  }

  begin(replication: Replication): void {
    this.#replication = replication;
    replication.live.onRecord(({ content }) => {
      if (content.kind !== 'changes') return;
      for (const change of content.changes) {
        if (change.kind === 'refresh-requested') this.#running.get(change.dataSourceId)?.source.refresh();
      }
    });
    replication.live.onChange(() => this.#reconcile());
    this.#reconcile();
  }

  /** Ends all polls, and resolves when nothing runs any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const id of [...this.#running.keys()]) this.#end(id);
    await Promise.all(this.#ending);
  }

  async pollStatus(dataSourceId: string, signal: AbortSignal): Promise<PollStatus | null> {
    const own = this.#running.get(dataSourceId)?.source.pollStatus() ?? null;
    if (own !== null || this.#replication === null) return own;
    const report = await this.#replication.pollReports.read(dataSourceId, signal);
    return report === null ? null : statusFromReport(report);
  }

  /** What the driver says about an action; null when it does not know it. */
  action(service: string, action: string): DriverAction | null {
    const dataSource = this.#replication?.live.state.catalog.dataSourceByName(service);
    return dataSource === undefined ? null : (this.#actionsOf(dataSource).get(action) ?? null);
  }

  /** Has a data source, by its name, do something. Never rejects but with the reason of the signal. */
  async execute(service: string, call: ActionCall, signal: AbortSignal): Promise<ActionOutcome> {
    const dataSource = this.#replication?.live.state.catalog.dataSourceByName(service);
    if (dataSource === undefined)
      return { kind: 'refused', detail: `there is no data source \`${service}\`` };
    const running = this.#running.get(dataSource.id);
    if (running === undefined)
      return { kind: 'refused', detail: `data source \`${service}\` has no actions` };
    return running.source.execute(call, signal);
  }

  /** Asked for every row of an execute table, so the configuration is read once. */
  #actionsOf(dataSource: DataSource): ReadonlyMap<string, DriverAction> {
    const known = this.#actions.get(dataSource);
    if (known !== undefined) return known;
    const actions = this.#options.drivers.get(dataSource.driver)?.actions?.(dataSource.config ?? {}) ?? [];
    const byName = new Map(actions.map((each) => [each.name, each]));
    this.#actions.set(dataSource, byName);
    return byName;
  }

  #reconcile(): void {
    const replication = this.#replication;
    if (replication === null || this.#stopped || !replication.live.installed) return;
    const { catalog } = replication.live.state;
    for (const id of [...this.#running.keys()]) if (catalog.dataSourceById(id) === undefined) this.#end(id);
    for (const dataSource of catalog.dataSources()) this.#follow(dataSource, replication);
  }

  #follow(dataSource: DataSource, replication: Replication): void {
    const driver = this.#options.drivers.get(dataSource.driver);
    if (driver?.open === undefined || dataSource.polling === undefined || !dataSource.enabled) return;
    const running = this.#running.get(dataSource.id);
    if (running?.source.dataSource === dataSource) return;
    const config = canonicalJson(dataSourceToEntity(dataSource));
    if (running?.config === config) return;
    if (running !== undefined) this.#end(dataSource.id);
    const source = new RunningDataSource({
      ...this.#options,
      dataSource,
      driver,
      open: driver.open,
      replication,
    });
    this.#running.set(dataSource.id, { config, source });
  }

  #end(id: string): void {
    const running = this.#running.get(id);
    this.#running.delete(id);
    if (running === undefined) return;
    const ending: Promise<void> = running.source.stop().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}
