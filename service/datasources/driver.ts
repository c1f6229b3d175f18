import type { JsonObject } from '../base/json.ts';
import type { Tuple } from '../datalog/value.ts';

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
  /** Never shown and never logged. */
  readonly secret: boolean;
  readonly description: string;
}

/** A kind of data source. Pure description: instances that poll are made by `datasources/poller`. */
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
}
