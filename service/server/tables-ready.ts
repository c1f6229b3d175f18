import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { StoreUnavailable } from '../store/problems.ts';
import type { Stores } from './open-stores.ts';
import type { PendingReplica } from './pending-replica.ts';

const pauseMs = 500;

/**
 * Resolves when the tables are there, or when the signal is aborted. A database that does not answer is waited
 * for, as long as it takes. Rejects with TableMissing, or StoreUnavailable where only a person can help.
 */
export async function tablesReady(options: {
  readonly stores: Stores;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly pending: PendingReplica;
}): Promise<void> {
  const { stores, clock, logger, signal, pending } = options;
  let told = '';
  while (!signal.aborted) {
    try {
      return await stores.ensureTables(signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof StoreUnavailable) || !error.passing) throw error;
      pending.waitFor(`waiting for the database: ${error.message}`);
      if (told !== error.message) logger.warn('the database does not answer yet', { error: error.message });
      told = error.message;
      await clock.sleep(pauseMs, signal).catch(() => {});
    }
  }
}
