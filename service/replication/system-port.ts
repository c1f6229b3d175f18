import type { ChangeHistory } from './change-history.ts';
import type { FleetReports } from './fleet-reports.ts';

/** What `api` asks about the fleet and the log, beside the replicated state itself. */
export interface SystemPort {
  readonly fleet: Pick<FleetReports, 'fleet' | 'reached'>;
  readonly history: Pick<ChangeHistory, 'page' | 'follow' | 'following'>;
}
