import type { Json, JsonObject } from '../../base/json.ts';
import { nameLengthMax } from '../../base/limits.ts';
import type { Tuple } from '../../datalog/value.ts';
import type { Driver, DriverTable } from '../driver.ts';
import { isTableName } from '../names.ts';
import { InvalidDriverConfig, InvalidRows } from '../problems.ts';
import { rowValue } from '../row-value.ts';

/**
 * Tables whose rows other programs push over the API. The configuration names them with their columns:
 * `{"tables": {"<table>": ["<column>", ...]}}`. Congress has a driver of this name that was never usable.
 */
export const pushDriver: Driver = {
  id: 'push',
  description: 'Tables of your own: other programs push the rows with PUT .../tables/<table>/rows.',
  options: [
    {
      name: 'tables',
      required: true,
      secret: false,
      description: 'Tables with the names of their columns: {"<table>": ["<column>", ...]}.',
    },
  ],
  feed: 'push',
  tables,
  rowsFromPush,
};

/** Most tables of one data source. */
const tablesMax = 500;
/** Most columns of one table. */
const columnsMax = 200;

function tables(config: JsonObject): readonly DriverTable[] {
  const wanted = config.tables;
  if (!isObject(wanted))
    throw new InvalidDriverConfig(['`tables` must be an object of lists of column names']);
  const entries = Object.entries(wanted);
  const problems = entries.flatMap(([table, columns]) => [
    ...tableProblems(table),
    ...columnProblems(table, columns),
  ]);
  if (entries.length === 0) problems.push('`tables` must name at least one table');
  if (entries.length > tablesMax) problems.push(`\`tables\` names more than ${tablesMax} tables`);
  if (problems.length > 0) throw new InvalidDriverConfig(problems);
  return entries.map(([table, columns]) => ({
    table,
    columns: (columns as readonly string[]).map((name) => ({ name, description: null })),
  }));
}

function tableProblems(table: string): readonly string[] {
  if (table.length > nameLengthMax) return [`a table name is longer than ${nameLengthMax} characters`];
  if (!isTableName(table)) return [`\`${table}\` is not a valid table name`];
  return [];
}

function columnProblems(table: string, columns: Json | undefined): readonly string[] {
  if (!Array.isArray(columns)) return [`table \`${table}\`: the columns must be a list of names`];
  if (columns.length > columnsMax) return [`table \`${table}\` has more than ${columnsMax} columns`];
  const seen = new Set<unknown>();
  return (columns as readonly Json[]).flatMap((column, index) => {
    if (typeof column !== 'string' || column.length === 0 || column.length > nameLengthMax) {
      return [`table \`${table}\`: column ${index} must be a text of 1 to ${nameLengthMax} characters`];
    }
    if (seen.has(column)) return [`table \`${table}\`: column \`${column}\` appears twice`];
    seen.add(column);
    return [];
  });
}

function rowsFromPush(table: DriverTable, body: unknown): readonly Tuple[] {
  if (!Array.isArray(body)) throw new InvalidRows('the body must be a list of rows', null);
  const names = table.columns.map((column) => column.name);
  const known = new Set(names);
  return body.map((row: unknown, index) => {
    if (Array.isArray(row)) return tupleFromList(row, names, index);
    if (isObject(row)) return tupleFromObject(row, { names, known, index });
    throw new InvalidRows(`row ${index} must be a list or an object`, index);
  });
}

function tupleFromList(row: readonly unknown[], names: readonly string[], index: number): Tuple {
  if (row.length !== names.length) {
    throw new InvalidRows(
      `row ${index} has ${row.length} values, the table has ${names.length} columns`,
      index,
    );
  }
  return row.map(rowValue);
}

function tupleFromObject(
  row: Readonly<Record<string, unknown>>,
  table: { readonly names: readonly string[]; readonly known: ReadonlySet<string>; readonly index: number },
): Tuple {
  const { names, known, index } = table;
  const unknown = Object.keys(row).find((name) => !known.has(name));
  if (unknown !== undefined)
    throw new InvalidRows(`row ${index} has an unknown column \`${unknown}\``, index);
  return names.map((name) => {
    if (!Object.hasOwn(row, name)) throw new InvalidRows(`row ${index} has no column \`${name}\``, index);
    return rowValue(row[name]);
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
