import type { Endpoint } from './endpoint.ts';
import { changeEndpoints } from './routes/changes.ts';
import { dataSourcePollingEndpoints } from './routes/data-source-polling.ts';
import { dataSourceTableEndpoints } from './routes/data-source-tables.ts';
import { dataSourceEndpoints } from './routes/data-sources.ts';
import { documentationEndpoints } from './routes/documentation.ts';
import { driverEndpoints } from './routes/drivers.ts';
import { executionEndpoints } from './routes/executions.ts';
import { explanationEndpoints } from './routes/explanation.ts';
import { fleetEndpoints } from './routes/fleet.ts';
import { libraryPolicyEndpoints } from './routes/library-policies.ts';
import { operationEndpoints } from './routes/operations.ts';
import { policyEndpoints } from './routes/policies.ts';
import { policyTableEndpoints } from './routes/policy-tables.ts';
import { ruleEndpoints } from './routes/rules.ts';
import { versionEndpoints } from './routes/versions.ts';

/** Every path (Congress reference 1.4, and what is ours). */
export const endpoints: readonly Endpoint[] = [
  ...documentationEndpoints(() => endpoints),
  ...policyEndpoints,
  ...ruleEndpoints,
  ...policyTableEndpoints,
  ...explanationEndpoints,
  ...libraryPolicyEndpoints,
  ...dataSourceEndpoints,
  ...dataSourcePollingEndpoints,
  ...executionEndpoints,
  ...dataSourceTableEndpoints,
  ...driverEndpoints,
  ...versionEndpoints,
  ...operationEndpoints,
  ...fleetEndpoints,
  ...changeEndpoints,
];
