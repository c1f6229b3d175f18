import fc from 'fast-check';
import type { Tuple } from '../../service/datalog/value.ts';
import { Engine } from '../../service/engine/engine.ts';
import type { RelationName } from '../../service/engine/engine-change.ts';
import { Catalog } from '../../service/policy/catalog.ts';
import { engineChanges, engineChangesOf } from '../../service/policy/engine-changes.ts';
import type { TableVersion } from '../../service/policy/entities.ts';
import { UnknownTables } from '../../service/policy/unknown-tables.ts';
import { changeFor, createdAt, policyNames, samplePolicy, sampleRule, tableNames } from './sample-changes.ts';
import { wishes } from './wishes.ts';

describe('engine changes', () => {
  it('insert and delete rules and facts one by one', () => {
    const policy = samplePolicy('alice', createdAt(1));
    const fact = sampleRule(policy, 'p(1, "x", 2.5)', createdAt(1, 1));
    const rule = sampleRule(policy, 'p(x, y, z) :- q(x, y, z)', createdAt(1, 2));
    const tuple: Tuple = [1n, 'x', 2.5];
    const { formula } = rule;
    expect(engineChanges({ kind: 'policy-created', policy, rules: [fact, rule] }, noRows)).toEqual([
      { kind: 'insert-fact', policy: 'alice', table: 'p', tuple },
      { kind: 'insert-rule', policy: 'alice', ruleId: rule.id, rule: formula },
    ]);
    const owner = { policyName: 'alice', rulesVersion: 0 };
    expect(engineChanges({ kind: 'rule-deleted', rule: fact, owner }, noRows)).toEqual([
      { kind: 'delete-fact', policy: 'alice', table: 'p', tuple },
    ]);
    expect(engineChanges({ kind: 'rule-deleted', rule, owner }, noRows)).toEqual([
      { kind: 'delete-rule', ruleId: rule.id },
    ]);
  });

  it('lead to the same relations one by one as from the whole catalog at once', () => {
    fc.assert(
      fc.property(wishes, (wanted) => {
        const catalog = new Catalog();
        const engine = new Engine();
        const unknown = new UnknownTables();
        wanted.forEach((wish, index) => {
          const change = changeFor(catalog, wish, index + 1);
          if (change === null || notInCatalog.has(change.kind)) return;
          catalog.apply(change);
          engine.apply(unknown.admit(engineChanges(change, rowsOf)));
        });
        const loaded = new Engine();
        loaded.apply(new UnknownTables().admit(engineChangesOf(catalog, rowsOf)));
        for (const relation of relations)
          expect(contentOf(engine, relation)).toEqual(contentOf(loaded, relation));
      }),
      { numRuns: 60 },
    );
  });
});

/** Changes after which the catalog alone does not say which rows a replica shows. */
const notInCatalog: ReadonlySet<string> = new Set(['table-changed', 'data-source-updated']);

function noRows(): readonly Tuple[] {
  return [];
}

/** Two rows that tell the version. */
function rowsOf({ table, version }: TableVersion): readonly Tuple[] {
  const row: Tuple = table === 'ports' ? [1n, 2n, version] : [1n, version];
  return [row, row.map(String)];
}

const relations: readonly RelationName[] = [...policyNames, 'neutron', 'hidden'].flatMap((policy) =>
  [...tableNames, 'servers', 'ports'].flatMap((table) =>
    [1, 2, 3].map((arity) => ({ policy, table, arity, modal: null })),
  ),
);

function contentOf(engine: Engine, relation: RelationName): readonly string[] {
  return engine
    .rows(relation)
    .map((row) => row.map((value) => `${typeof value} ${value}`).join())
    .sort();
}
