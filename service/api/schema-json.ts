import type { Json } from '../base/json.ts';

/** A table with its columns as schemas show it (reference 1.14); types are not exposed. */
export function tableJson(table: {
  readonly table: string;
  readonly columns: readonly { readonly name: string; readonly description: string | null }[];
}): Json {
  return {
    table_id: table.table,
    columns: table.columns.map(({ name, description }) => ({ name, description })),
  };
}
