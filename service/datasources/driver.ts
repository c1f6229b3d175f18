import type { Clock } from '../base/clock.ts';
import type { JsonObject } from '../base/json.ts';
import type { Tuple } from '../datalog/value.ts';
import type { HostRules } from './host-rules.ts';

/** A column as the API shows it; `description` null when the driver gives none. */
export interface DriverColumn {
  readonly name: string;
  readonly description: string | null;
}

export interface DriverTable {
  readonly table: string;
  readonly columns: readonly DriverColumn[];
}

/** One configuration option of a driver (Congress reference 1.12). */
interface DriverOption {
  readonly name: string;
  readonly required: boolean;
  /** Never shown and never logged; encrypted before it is stored. */
  readonly secret: boolean;
  readonly description: string;
}

/** Something a service can be told to do (Congress reference 1.14, 4.8). */
export interface DriverAction {
  readonly name: string;
  readonly description: string;
  /** In the order of positional arguments. */
  readonly args: readonly DriverColumn[];
  readonly retry: ActionRetry;
}

/** What becomes of an activation that did not go through at once. */
interface ActionRetry {
  /** After an unknown outcome: sent again with the same id, or left to a person. */
  readonly delivery: 'at-least-once' | 'at-most-once';
  /** Including the first. */
  readonly attemptsMax: number;
  /** Upper bound of the random wait before the second attempt; doubles with each. */
  readonly backoffMs: number;
}

/** A kind of data source. Pure description, but for `open`. */
export interface Driver {
  /** The name clients use in `driver`. */
  readonly id: string;
  readonly description: string;
  readonly options: readonly DriverOption[];
  /** How rows arrive: `push` over the API, `poll` by asking a service. */
  readonly feed: 'push' | 'poll';
  /**
   * The tables of a data source with this configuration (known options only, all required ones present).
   * Throws InvalidDriverConfig listing every problem.
   */
  tables(config: JsonObject): readonly DriverTable[];
  /**
   * Turns the JSON body of a PUT rows request into tuples in column order (Congress reference 1.15, 4.6).
   * Throws InvalidRows naming the index of the first bad row. Absent when the driver takes no pushed rows.
   */
  rowsFromPush?(table: DriverTable, body: unknown): readonly Tuple[];
  /** Sorted by name. Absent when the driver has none. Throws InvalidDriverConfig. */
  actions?(config: JsonObject): readonly DriverAction[];
  /** What a notification sent to the data source means (Congress reference 1.15). Absent: none are taken. */
  readonly webhook?: 'refresh';
  /** Something to poll and to act with. `config` has its secrets in clear. Absent where rows are only pushed. */
  open?(config: JsonObject, ports: DriverPorts): DriverInstance;
}

export interface DriverPorts {
  readonly clock: Clock;
  /** Which hosts may be asked. */
  readonly hosts: HostRules;
}

/** A data source that is in use. Rejects with PollFailed; nothing is retried inside. */
export interface DriverInstance {
  /** Null: only when asked to. */
  readonly pollIntervalMs: number | null;
  /** How long one poll may take. */
  readonly pollDeadlineMs: number;
  /**
   * The rows of each table, in column order, without duplicates. A table that is absent has not changed since the
   * last poll of this instance; with `full` every table is there.
   */
  poll(options: { readonly full: boolean; readonly signal: AbortSignal }): Promise<PolledTables>;
  /** Never rejects but with the reason of the signal. */
  execute(call: ActionCall, signal: AbortSignal): Promise<ActionOutcome>;
  close(): Promise<void>;
}

export type PolledTables = ReadonlyMap<string, readonly Tuple[]>;

export interface ActionCall {
  readonly action: string;
  readonly positional: Tuple;
  readonly named: JsonObject;
  /** Equal for all attempts of one activation, and for no other: given to the target, so that it can tell. */
  readonly id: string;
}

/** `detail`: one line for people, without secrets. */
export type ActionOutcome =
  | { readonly kind: 'done'; readonly detail: string }
  /** Not done, and never will be this way: trying again is of no use. */
  | { readonly kind: 'refused'; readonly detail: string }
  /** Certainly not done, but may be at another time. */
  | { readonly kind: 'not-now'; readonly detail: string }
  /** Nobody knows whether it was done. */
  | { readonly kind: 'unknown'; readonly detail: string };
