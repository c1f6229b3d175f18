import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { Problem } from '../base/problem.ts';
import type { Random } from '../base/random.ts';
import type { DriverInstance, PolledTables } from './driver.ts';
import { PollFailed } from './problems.ts';
import { PublishedTable } from './published-table.ts';
import type { TableSink } from './table-sink.ts';

interface PollerOptions {
  /** For logs. */
  readonly dataSource: string;
  readonly instance: DriverInstance;
  /** Every table of the data source. */
  readonly tables: readonly string[];
  readonly sink: TableSink;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Told after every round. */
  readonly onRound?: (status: PollStatus) => void;
}

/** Congress reference 1.14, with what it has no words for. Wall clocks. */
export interface PollStatus {
  /** End of the last round that went well; its rows are the ones shown. */
  readonly lastUpdatedMs: number | null;
  /** Of the last round; null when that went well, or before the first. */
  readonly lastError: string | null;
  /** Rounds that went well. */
  readonly updates: number;
  readonly failures: number;
  /** Too many rounds failed one after the other: now the service is only probed from time to time. */
  readonly circuitOpen: boolean;
}

const noRound: PollStatus = {
  lastUpdatedMs: null,
  lastError: null,
  updates: 0,
  failures: 0,
  circuitOpen: false,
};

const backoffMinMs = 1_000;
const probeIntervalMs = 60_000;
/** Failed rounds in a row after which the circuit opens. */
const failuresMax = 5;

/**
 * Polls one data source: at once (where it has an interval), then at its interval, and when asked to.
 *
 *     poll (deadline) -> publish what changed, table by table -> rest
 *
 * - A round that fails changes nothing but the status: the last good rows stay. The next one comes sooner at first
 *   (a second, doubled each time, at most the interval) and, after five in a row, as a probe once a minute, or at the interval
 *   if that is longer; one that does well closes the circuit.
 * - Every wait is jittered by 10 %, so that replicas and data sources do not fall into step.
 * - What could not be published is published by the next round: it then reads everything anew.
 */
export class Poller {
  readonly #options: PollerOptions;
  readonly #tables: ReadonlyMap<string, PublishedTable>;
  #status: PollStatus = noRound;
  #full = true;
  #asked = false;
  #wakeUp = new AbortController();

  constructor(options: PollerOptions) {
    this.#options = options;
    this.#tables = new Map(options.tables.map((table) => [table, new PublishedTable(table, options)]));
  }

  get status(): PollStatus {
    return this.#status;
  }

  /** Polls as soon as the round under way is over. */
  refresh(): void {
    this.#asked = true;
    this.#wakeUp.abort();
  }

  /** As `refresh`, and every table is read and published whether it has changed or not. */
  refreshAll(): void {
    this.#full = true;
    this.refresh();
  }

  /** Until the signal is aborted. Never rejects but for bugs. */
  async run(signal: AbortSignal): Promise<void> {
    if (this.#options.tables.length === 0) return;
    if (this.#options.instance.pollIntervalMs === null && !this.#asked) await this.#rest(signal);
    while (!signal.aborted) {
      this.#asked = false;
      this.#wakeUp = new AbortController();
      await this.#round(signal);
      if (!this.#asked) await this.#rest(signal);
    }
  }

  async #round(signal: AbortSignal): Promise<void> {
    const { logger, dataSource, clock, onRound } = this.#options;
    const full = this.#full;
    this.#full = false;
    try {
      await this.#publish(await this.#poll(full, signal), signal);
      const { updates, lastError } = this.#status;
      if (lastError !== null) logger.info('data source is polled again', { dataSource });
      this.#status = { ...noRound, updates: updates + 1, lastUpdatedMs: clock.nowMs() };
    } catch (error) {
      this.#full = true;
      if (signal.aborted) return;
      if (!(error instanceof Problem)) throw error;
      const failures = this.#status.failures + 1;
      if (this.#status.lastError !== error.message) {
        logger.warn('data source cannot be polled', { dataSource, error: error.message });
      }
      const circuitOpen = failures >= failuresMax;
      this.#status = { ...this.#status, failures, circuitOpen, lastError: error.message };
    }
    onRound?.(this.#status);
  }

  async #poll(full: boolean, signal: AbortSignal): Promise<PolledTables> {
    const { instance, clock } = this.#options;
    const timer = new AbortController();
    const late = new AbortController();
    const deadline = clock.sleep(instance.pollDeadlineMs, timer.signal).then(
      () => {
        const problem = new PollFailed(`not answered within ${instance.pollDeadlineMs / 1_000} s`);
        late.abort(problem);
        throw problem;
      },
      () => new Promise<never>(() => {}),
    );
    try {
      const work = instance.poll({ full, signal: AbortSignal.any([signal, late.signal]) });
      return await Promise.race([work, deadline]);
    } finally {
      timer.abort();
    }
  }

  async #publish(tables: PolledTables, signal: AbortSignal): Promise<void> {
    for (const [name, rows] of tables) await this.#tables.get(name)?.publish(rows, signal);
  }

  async #rest(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const stop = (): void => this.#wakeUp.abort();
    signal.addEventListener('abort', stop, { once: true });
    try {
      await clock.sleep(this.#pauseMs(), this.#wakeUp.signal);
    } catch {
      // Asked to poll, or to stop.
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  #pauseMs(): number {
    const { instance, random } = this.#options;
    const jitter = 0.9 + 0.2 * random.next();
    const { failures, circuitOpen } = this.#status;
    const intervalMs = instance.pollIntervalMs ?? maxTimerMs;
    if (failures === 0) return Math.min(intervalMs * jitter, maxTimerMs);
    const pauseMs = circuitOpen
      ? Math.max(Math.min(intervalMs, maxTimerMs), probeIntervalMs)
      : Math.min(backoffMinMs * 2 ** (failures - 1), intervalMs);
    return Math.min(pauseMs * jitter, maxTimerMs);
  }
}

/** Timers take no longer pause; the loop goes round once more then. */
const maxTimerMs = 2_000_000_000;
