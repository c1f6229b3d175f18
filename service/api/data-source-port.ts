import type { PollStatus } from '../datasources/poller.ts';
import type { SecretBox } from '../datasources/secrets/secret-box.ts';
import type { PollingMode } from '../policy/entities.ts';

/** What the API needs of the data sources that run in this process. */
export interface DataSourcePort {
  readonly secrets: SecretBox;
  /** Of a new data source that does not say how it wants to be polled. */
  readonly pollingDefault: PollingMode;
  /**
   * How polling goes: of this replica's own polls, or as the holder of the lease left it in the store. Null when
   * nobody has polled yet, or when nobody can tell.
   */
  pollStatus(dataSourceId: string, signal: AbortSignal): Promise<PollStatus | null>;
}
