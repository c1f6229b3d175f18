/** Name and shape of a builtin: the first `inputs` columns must be bound, the `outputs` after them get bound. */
export interface BuiltinSignature {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
}

/** All builtins (reference 2.12). Evaluating them is the engine's business. */
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
];

/** By the table name alone, whatever the qualifier and the number of arguments (reference 2.5, 2.9). */
export function builtinNamed(table: string): BuiltinSignature | undefined {
  return byName.get(table);
}

/**
 * The builtin that a body literal means: the name with its full number of arguments, or with none at all, which
 * then never holds. With any other number it is an ordinary table (reference 2.9). The qualifier does not count.
 */
export function builtinCalled(table: string, argumentCount: number): BuiltinSignature | undefined {
  const builtin = byName.get(table);
  if (builtin === undefined || argumentCount === 0) return builtin;
  return builtin.inputs + builtin.outputs === argumentCount ? builtin : undefined;
}

const byName: ReadonlyMap<string, BuiltinSignature> = new Map(
  builtinSignatures.map((builtin) => [builtin.name, builtin]),
);

function signatures(inputs: number, outputs: number, names: readonly string[]): BuiltinSignature[] {
  return names.map((name) => ({ name, inputs, outputs }));
}
