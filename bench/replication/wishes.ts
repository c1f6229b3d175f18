import { createDataSource } from '../../service/policy/writes/create-data-source.ts';
import { createPolicy } from '../../service/policy/writes/create-policy.ts';
import { insertRule } from '../../service/policy/writes/insert-rule.ts';
import { systemRandom } from '../../service/server/system-random.ts';

/** A policy with these rules. */
export function policyOf(name: string, rules: readonly string[] = []) {
  return createPolicy({
    id: systemRandom.uuid(),
    name,
    abbreviation: name.slice(0, 5),
    description: '',
    kind: 'nonrecursive',
    rules: rules.map(newRuleOf),
  });
}

export function newRuleOf(text: string) {
  return { id: systemRandom.uuid(), text, name: null, comment: null };
}

export function ruleOf(policy: string, text: string) {
  return insertRule({ policy, id: systemRandom.uuid(), text, name: null, comment: null });
}

/** A data source into which rows are pushed; each table has these columns. */
export function dataSourceOf(name: string, tables: readonly string[], columns: readonly string[]) {
  return createDataSource({
    id: systemRandom.uuid(),
    name,
    driver: 'push',
    description: null,
    enabled: true,
    config: null,
    tables: tables.map((table) => ({
      table,
      columns: columns.map((column) => ({ name: column, description: null })),
    })),
  });
}
