import { LosslessNumber } from 'lossless-json';
import type { Cloud } from '../cloud.ts';

/**
 * A value as it is pushed. The server turns true, false and null into the texts "True", "False" and "None", as
 * Congress's drivers do. A float is written by `float`, because JSON.stringify prints 1.0 as 1.
 */
export type Cell = string | number | boolean | null | LosslessNumber;

/** One table of a Congress driver, filled from the answers of the services. */
export interface Table {
  readonly name: string;
  /** In the order of Congress's driver (reference 4.9): rows are lists in this order. */
  readonly columns: readonly string[];
  rows(cloud: Cloud): readonly (readonly Cell[])[];
}

export interface DataSourceTables {
  /** Name of the data source: what rules write before the colon. */
  readonly name: string;
  readonly description: string;
  readonly tables: readonly Table[];
}

/** Column name and how to get its value from one item. */
export type Column<Item> = readonly [name: string, value: (item: Item) => Cell];

/** A table with one row for each item. */
export function table<Item>(
  name: string,
  items: (cloud: Cloud) => readonly Item[],
  columns: readonly Column<Item>[],
): Table {
  return {
    name,
    columns: columns.map(([column]) => column),
    rows: (cloud) => items(cloud).map((item) => columns.map(([, value]) => value(item))),
  };
}

/** A number that stays a float when it is whole: 1.0. */
export function float(value: number): LosslessNumber {
  return new LosslessNumber(Number.isInteger(value) ? value.toFixed(1) : String(value));
}
