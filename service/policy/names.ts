import { nameLengthMax } from '../base/limits.ts';

/**
 * Whether a policy or data source may have this name: rules must be able to write it in front of a table.
 * The strict form of Congress reference 1.5, which accepts more by accident.
 */
export function isUsableInRules(name: string): boolean {
  return name.length <= nameLengthMax && /^[A-Za-z_.][A-Za-z0-9_.]*$/.test(name) && !reserved.has(name);
}

/** Keywords of the language (reference 2.1) and the qualifier of builtins. */
const reserved: ReadonlySet<string> = new Set(['execute', 'insert', 'delete', 'not', 'NOT', 'builtin']);
