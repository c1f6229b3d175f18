import type { ActionSender } from '../../replication/enforcement/enforcer.ts';
import type { DataSources } from './data-sources.ts';

/** Actions are sent by the data sources that run in this process. */
export function actionSender(dataSources: DataSources): ActionSender {
  return {
    retryOf: ({ service, action }) => dataSources.action(service, action)?.retry ?? null,
    send: ({ service, action, positional, named, id }, signal) =>
      dataSources.execute(service, { action, positional, named, id }, signal),
  };
}
