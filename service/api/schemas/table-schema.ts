import { z } from 'zod';
import { component, resultsOf } from './component.ts';

/** Answers about tables and rows (reference 1.7, 1.8, 1.14). */

export const tableNameSchema = component('Table', z.strictObject({ id: z.string() }));
export const tablesSchema = component('Tables', resultsOf(tableNameSchema));

/** A text, an integer of any size or a float. */
const value = z.union([z.string(), z.number()]);
const row = component('Row', z.strictObject({ data: z.array(value) }));
export const rowsSchema = component('Rows', resultsOf(row));
export const tracedRowsSchema = component(
  'TracedRows',
  z.strictObject({ results: z.array(row), trace: z.string().optional() }),
);

const column = z.strictObject({ name: z.string(), description: z.string().nullable() });
export const tableColumnsSchema = component(
  'TableColumns',
  z.strictObject({ table_id: z.string(), columns: z.array(column) }),
);

/** `?trace=true`, in any case. */
export const traceParameter = z.string().describe('`true` adds how the rows were derived');
