import type { Server } from 'node:http';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';

export interface ShutdownOptions {
  readonly server: Server;
  /** Takes no more writes, finishes those it has, ends its loops. */
  readonly stopReplica: () => Promise<void>;
  readonly closeStores: () => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly drainMs: number;
  readonly deadlineMs: number;
}

/** How the process ends: 0 when everything was finished, 1 when the deadline or a second signal cut it short. */
export type ExitStatus = 0 | 1;

/**
 * Ends a replica without failing a request (docs/ARCHITECTURE.md, "Failure behaviour"): while draining it
 * serves on, says 503 on /readyz and closes connections after their answer, so that a balancer goes elsewhere;
 * then the port closes, requests in flight are finished, replication stops.
 */
export class Shutdown {
  readonly #options: ShutdownOptions;
  readonly #forced = new AbortController();
  #ending: Promise<ExitStatus> | null = null;

  constructor(options: ShutdownOptions) {
    this.#options = options;
  }

  isDraining(): boolean {
    return this.#ending !== null;
  }

  /** The first call begins, the second forces the end at once. Resolves with the status to exit with. */
  begin(reason: string): Promise<ExitStatus> {
    if (this.#ending === null) {
      this.#options.logger.info('draining', { reason, drainMs: this.#options.drainMs });
      this.#ending = this.#end();
    } else {
      this.#options.logger.warn('ending at once', { reason });
      this.#forced.abort();
    }
    return this.#ending;
  }

  async #end(): Promise<ExitStatus> {
    const { clock, deadlineMs, logger } = this.#options;
    const finished = new AbortController();
    const cut = AbortSignal.any([this.#forced.signal, finished.signal]);
    const deadline = clock.sleep(deadlineMs, cut).then(
      () => 'deadline' as const,
      () => 'forced' as const,
    );
    const result = await Promise.race([this.#finish(this.#forced.signal), deadline]);
    finished.abort();
    if (result === 'finished') {
      logger.info('ended');
      return 0;
    }
    logger.error('ended with work unfinished', { why: result });
    return 1;
  }

  async #finish(forced: AbortSignal): Promise<'finished' | 'forced'> {
    const { server, clock, drainMs, stopReplica, closeStores } = this.#options;
    try {
      await clock.sleep(drainMs, forced);
      await closed(server, clock, forced);
      await stopReplica();
      await closeStores();
      return 'finished';
    } catch (error) {
      if (forced.aborted) return 'forced';
      throw error;
    }
  }
}

const idleCheckMs = 50;

/**
 * Accepts no more, resolves when every request has had its answer. Connections that become idle are ended: an
 * answer that had begun before the draining did not say that its connection would close.
 */
async function closed(server: Server, clock: Clock, forced: AbortSignal): Promise<void> {
  let open = true;
  const done = new Promise<void>((resolve) => {
    server.close(() => {
      open = false;
      resolve();
    });
  });
  while (open) {
    server.closeIdleConnections();
    await Promise.race([done, clock.sleep(idleCheckMs, forced)]);
  }
}
