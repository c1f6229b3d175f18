import type { Sequence } from '../../service/base/ids.ts';
import type { Json } from '../../service/base/json.ts';
import { Catalog } from '../../service/policy/catalog.ts';
import type { Change } from '../../service/policy/change.ts';
import type { Write } from '../../service/policy/write.ts';
import { createDataSource } from '../../service/policy/writes/create-data-source.ts';
import {
  type CreatedPolicy,
  createPolicy,
  type NewPolicy,
} from '../../service/policy/writes/create-policy.ts';
import { ensureDefaultPolicies } from '../../service/policy/writes/ensure-default-policies.ts';
import { insertRule } from '../../service/policy/writes/insert-rule.ts';
import type { RuleSummary } from '../../service/policy/writes/rule-summary.ts';

/** A catalog and the writes made to it one after the other, each a commit of its own. */
export class Session {
  readonly catalog = new Catalog();
  readonly changes: Change[] = [];
  #sequence = 0;
  #ids = 0;

  constructor() {
    this.write(ensureDefaultPolicies({ classificationId: 'classification-id', actionId: 'action-id' }));
  }

  write<Result extends Json>(write: Write<Result>): Result {
    this.#sequence += 1;
    const { changes, result } = write.plan(this.catalog, {
      sequence: this.#sequence as Sequence,
      ordinal: 0,
    });
    for (const change of changes) this.catalog.apply(change);
    this.changes.push(...changes);
    return result;
  }

  policy(
    name: string,
    wanted: Partial<Omit<NewPolicy, 'rules'>> & { rules?: readonly string[] } = {},
  ): CreatedPolicy {
    const { rules = [], ...others } = wanted;
    const plain = {
      id: `${name}-id`,
      name,
      abbreviation: name.slice(0, 5),
      description: '',
      kind: 'nonrecursive',
    };
    return this.write(createPolicy({ ...plain, ...others, rules: rules.map((text) => this.newRule(text)) }));
  }

  rule(policy: string, text: string): RuleSummary {
    return this.write(insertRule({ ...this.newRule(text), policy }));
  }

  dataSource(name: string, tables: Readonly<Record<string, readonly string[]>>, id = `${name}-id`) {
    return this.write(
      createDataSource({
        id,
        name,
        driver: 'push',
        description: null,
        enabled: true,
        config: null,
        tables: Object.entries(tables).map(([table, columns]) => ({
          table,
          columns: columns.map((column) => ({ name: column, description: null })),
        })),
      }),
    );
  }

  newRule(text: string) {
    this.#ids += 1;
    return { id: `rule-${this.#ids}`, text, name: null, comment: '' };
  }
}
