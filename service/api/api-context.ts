import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Random } from '../base/random.ts';
import type { Driver } from '../datasources/driver.ts';
import type { EnforcementMode } from '../policy/executions.ts';
import type { ReplicaPort } from '../replication/replica-port.ts';
import type { SystemPort } from '../replication/system-port.ts';
import type { ApiSecurity } from './api-security.ts';
import type { DataSourcePort } from './data-source-port.ts';
import type { HttpMetrics } from './http-metrics.ts';

/** Everything that the API needs from outside; built once in `server/wire.ts`. */
export interface ApiContext {
  readonly replica: ReplicaPort;
  /** The fleet and the log; null until the replica has begun. */
  readonly system: () => SystemPort | null;
  readonly drivers: ReadonlyMap<string, Driver>;
  readonly dataSources: DataSourcePort;
  /** Of the configuration: the most that is done about actions. */
  readonly enforcementMode: EnforcementMode;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: HttpMetrics;
  /** True from SIGTERM on: not ready any more, and connections are closed after their answer. */
  readonly isDraining: () => boolean;
  readonly security: ApiSecurity;
  readonly settings: ApiSettings;
}

interface ApiSettings {
  readonly replicaName: string;
  readonly version: string;
  /** Bodies of all requests but rows. */
  readonly requestBodyBytesMax: number;
  /** Body of a PUT rows request. */
  readonly rowsBodyBytesMax: number;
  /**
   * Whose X-Forwarded-Proto, -Host and -For are believed: nobody's (`false`), that of whoever connects (`true`: the
   * last proxy), or of these addresses and ranges.
   */
  readonly trustProxy: boolean | readonly string[];
}
