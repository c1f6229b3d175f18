/**
 * A constant of the language (Congress reference section 2.3). The three types never join with each other
 * and JavaScript keeps them apart for us: string = STRING, bigint = INTEGER (any size), number = FLOAT.
 * So `1n` (integer) and `1` (float 1.0) are different values, also as keys of a Map.
 */
export type Value = string | bigint | number;

/** One row: a value per column. */
export type Tuple = readonly Value[];
