/** Stand-in until datalog has builtins.ts; then this file goes. */
export function isBuiltin(table: string, arity: number): boolean {
  return ['lt', 'lteq', 'equal', 'gteq', 'gt'].includes(table) && arity === 2;
}
