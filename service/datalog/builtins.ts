import type { Atom } from './tree.ts';

/** Name and shape of a builtin: the first `inputs` columns must be bound, the `outputs` after them get bound. */
export interface BuiltinSignature {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /**
   * One that Congress does not have: it is meant only where it is written `builtin:name`, so that tables of existing
   * policies keep their names.
   */
  readonly isAddition?: true;
}

/** All builtins (reference 2.12; the additions: docs/DATALOG.md). Evaluating them is the engine's business. */
export const builtinSignatures: readonly BuiltinSignature[] = [
  ...signatures(2, 0, ['lt', 'lteq', 'equal', 'gt', 'gteq']),
  ...signatures(2, 1, ['max', 'plus', 'minus', 'mul', 'div', 'concat']),
  ...signatures(1, 1, ['float', 'int', 'len']),
  ...signatures(0, 1, ['now']),
  ...signatures(1, 3, ['unpack_date', 'unpack_time']),
  ...signatures(1, 6, ['unpack_datetime']),
  ...signatures(3, 1, ['pack_time', 'pack_date']),
  ...signatures(6, 1, ['pack_datetime']),
  ...signatures(1, 1, ['extract_date', 'extract_time', 'datetime_to_seconds']),
  ...signatures(2, 1, ['datetime_plus', 'datetime_minus']),
  ...signatures(2, 0, ['datetime_lt', 'datetime_lteq', 'datetime_gt', 'datetime_gteq', 'datetime_equal']),
  ...signatures(2, 0, ['ips_equal', 'ips_lt', 'ips_lteq', 'ips_gt', 'ips_gteq']),
  ...signatures(2, 0, ['networks_equal', 'networks_overlap', 'ip_in_network']),
  ...signatures(3, 1, ['validate_int', 'validate_float']),
  ...signatures(5, 1, ['validate_string']),
  ...additions(2, 0, ['contains', 'starts_with', 'ends_with', 'matches']),
  ...additions(1, 1, ['lower', 'upper']),
  ...additions(2, 1, ['split', 'json_get', 'json_each']),
  ...additions(3, 1, ['substring', 'replace']),
  ...additions(2, 0, ['cidr_contains']),
  ...additions(3, 0, ['ip_in_range']),
  ...additions(1, 2, ['network_range']),
];

/** What decides whether an atom means a builtin. */
export type BuiltinCall = Pick<Atom, 'policy' | 'table' | 'args'>;

/** The qualifier that is always a builtin's; those of Congress may have any other too (reference 2.5). */
const qualifier = 'builtin';

/** By the name of the atom alone, whatever the number of arguments (reference 2.5, 2.9). */
export function builtinNamed({ policy, table }: Omit<BuiltinCall, 'args'>): BuiltinSignature | undefined {
  const builtin = byName.get(table);
  return builtin?.isAddition === true && policy !== qualifier ? undefined : builtin;
}

/**
 * The builtin that a body literal means: the name with its full number of arguments, or with none at all, which
 * then never holds. With any other number it is an ordinary table (reference 2.9).
 */
export function builtinCalled(call: BuiltinCall): BuiltinSignature | undefined {
  const builtin = builtinNamed(call);
  if (builtin === undefined || call.args.length === 0) return builtin;
  return builtin.inputs + builtin.outputs === call.args.length ? builtin : undefined;
}

const byName: ReadonlyMap<string, BuiltinSignature> = new Map(
  builtinSignatures.map((builtin) => [builtin.name, builtin]),
);

function signatures(inputs: number, outputs: number, names: readonly string[]): BuiltinSignature[] {
  return names.map((name) => ({ name, inputs, outputs }));
}

function additions(inputs: number, outputs: number, names: readonly string[]): BuiltinSignature[] {
  return names.map((name) => ({ name, inputs, outputs, isAddition: true }));
}
