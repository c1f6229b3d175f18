import { nameLengthMax } from '../base/limits.ts';

/** A table name must be writable in a rule behind `<data source>:`; so also `vms.tags`. */
const tableName = /^[A-Za-z_.][A-Za-z0-9_.]*$/;
const keywords = new Set(['not', 'NOT', 'execute', 'insert', 'delete', 'true', 'false']);

/** Whether a table or an action of a data source may have this name. */
export function isTableName(name: string): boolean {
  return name.length <= nameLengthMax && tableName.test(name) && !keywords.has(name);
}
