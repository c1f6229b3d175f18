import type { FleetReports } from './fleet-reports.ts';

/** What `api` asks about the fleet and the log, beside the replicated state itself. */
export interface SystemPort extends Pick<FleetReports, 'fleet' | 'reached'> {}
