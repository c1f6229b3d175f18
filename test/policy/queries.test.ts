import type { Tuple } from '../../service/datalog/value.ts';
import { Engine } from '../../service/engine/engine.ts';
import { engineChanges } from '../../service/policy/engine-changes.ts';
import {
  DataSourceNotFound,
  DataSourceTableNotFound,
  TableNotFound,
  UnknownArity,
} from '../../service/policy/problems.ts';
import { dataSourceRows, policyRows } from '../../service/policy/queries.ts';
import { UnknownTables } from '../../service/policy/unknown-tables.ts';
import { deleteDataSource } from '../../service/policy/writes/delete-data-source.ts';
import { deletePolicy } from '../../service/policy/writes/delete-policy.ts';
import { deleteRule } from '../../service/policy/writes/delete-rule.ts';
import { replaceTable } from '../../service/policy/writes/replace-table.ts';
import { Session } from './session.ts';

/** A session whose changes reach an engine; rows of table versions by their name. */
class Replica extends Session {
  readonly engine = new Engine();
  readonly #rows = new Map<string, readonly Tuple[]>();
  #done = 0;

  replace(dataSource: string, table: string, rows: readonly Tuple[]): void {
    const version = `v${this.#rows.size}`;
    this.#rows.set(version, rows);
    this.write(
      replaceTable({
        dataSource,
        table,
        version,
        chunks: 1,
        rows: rows.length,
        digest: 'd',
        replacedAtMs: 1,
      }),
    );
  }

  rows(policy: string, table: string): readonly Tuple[] {
    this.#follow();
    return sorted(policyRows(this, { policy, table }));
  }

  sourceRows(dataSource: string, table: string): readonly Tuple[] {
    this.#follow();
    return sorted(dataSourceRows(this, { dataSource, table }));
  }

  readonly #unknown = new UnknownTables();

  #follow(): void {
    const fresh = this.changes.slice(this.#done);
    this.#done = this.changes.length;
    const changes = fresh.flatMap((change) =>
      engineChanges(change, ({ version }) => this.#rows.get(version) ?? []),
    );
    this.engine.apply(this.#unknown.admit(changes));
  }
}

function sorted(rows: readonly Tuple[]): readonly Tuple[] {
  return [...rows].sort((left, right) => (left.map(String).join() < right.map(String).join() ? -1 : 1));
}

describe('rows of a policy', () => {
  it('are its facts and what its rules derive, also from other policies and data sources', () => {
    const replica = new Replica();
    replica.dataSource('nova', { servers: ['id', 'name'] });
    replica.replace('nova', 'servers', [
      [1n, 'a'],
      [2n, 'b'],
    ]);
    replica.policy('alice', { rules: ['good(1)', 'good(3.5)'] });
    replica.rule('classification', 'error(n) :- nova:servers(id=i, name=n), not alice:good(i)');
    expect(replica.rows('alice', 'good')).toEqual([[1n], [3.5]]);
    expect(replica.rows('classification', 'error')).toEqual([['b']]);
    expect(replica.rows('classification', 'nova:servers')).toHaveLength(2);
    expect(replica.rows('classification', 'alice:good')).toHaveLength(2);
    expect(replica.rows('nova', 'servers')).toHaveLength(2);
  });

  it('follow what is deleted', () => {
    const replica = new Replica();
    replica.policy('alice', { rules: ['q(1)', 'q(2)'] });
    const { id } = replica.rule('classification', 'p(x) :- alice:q(x)');
    expect(replica.rows('classification', 'p')).toHaveLength(2);
    const rule = replica.catalog.rules(replica.catalog.policyByName('alice')!.id)[0]!;
    replica.write(deleteRule('alice', rule.id));
    expect(replica.rows('classification', 'p')).toEqual([[2n]]);
    replica.write(deletePolicy('alice'));
    expect(replica.rows('classification', 'p')).toEqual([]);
    replica.policy('alice', { rules: ['q(7)'] });
    expect(replica.rows('classification', 'p')).toEqual([[7n]]);
    replica.write(deleteRule('classification', id));
    expect(() => replica.rows('classification', 'p')).toThrow(TableNotFound);
  });

  it('are empty for a data source without content, and after it is deleted', () => {
    const replica = new Replica();
    replica.dataSource('nova', { servers: ['id'] });
    replica.rule('classification', 'p(x) :- nova:servers(x)');
    expect(replica.rows('classification', 'nova:servers')).toEqual([]);
    replica.replace('nova', 'servers', [['a']]);
    expect(replica.rows('classification', 'p')).toEqual([['a']]);
    replica.replace('nova', 'servers', [['b']]);
    expect(replica.rows('classification', 'p')).toEqual([['b']]);
    replica.write(deleteDataSource('nova'));
    expect(replica.rows('classification', 'p')).toEqual([]);
  });

  it('are refused for a table that the policy does not mention', () => {
    const replica = new Replica();
    replica.rule('classification', 'execute[nova:pause(x)] :- p(x)');
    expect(() => replica.rows('classification', 'nope')).toThrow(new TableNotFound('nope'));
    expect(() => replica.rows('nobody', 'p')).toThrow(TableNotFound);
    expect(() => replica.rows('classification', 'nova:pause')).toThrow(TableNotFound);
    expect(() => replica.rows('classification', 'pause')).toThrow(TableNotFound);
  });

  it('are refused where nothing says how many columns there are', () => {
    const replica = new Replica();
    replica.dataSource('nova', { servers: ['id'] });
    replica.rule('classification', 'p(x) :- nobody:q(x), nova:nothing(x)');
    expect(() => replica.rows('classification', 'nobody:q')).toThrow(
      "Known table but unknown arity for 'nobody:q' in policy 'classification'",
    );
    expect(() => replica.rows('classification', 'nova:nothing')).toThrow(UnknownArity);
    expect(replica.rows('classification', 'p')).toEqual([]);
  });

  it('of the truth constants are one empty row and none', () => {
    const replica = new Replica();
    replica.rule('classification', 't(1) :- true, not false');
    expect(replica.catalog.tablesOf('classification')).toEqual(['false', 't', 'true']);
    expect(replica.rows('classification', 'true')).toEqual([[]]);
    expect(replica.rows('classification', 'false')).toEqual([]);
    expect(replica.rows('classification', 't')).toEqual([[1n]]);
  });
});

describe('table lists', () => {
  it('hold heads, bodies as written and facts, but no builtins and no modal heads', () => {
    const replica = new Replica();
    replica.policy('alice', {
      rules: [
        'f(1)',
        'p(x) :- q(x), nova:servers(x), alice:r(x), lt(x, 3), builtin:plus(x, 1, y), lt(x)',
        'execute[nova:pause(x)] :- p(x)',
        'execute[local(x)] :- p(x)',
      ],
    });
    const tables = ['alice:r', 'f', 'lt', 'nova:servers', 'p', 'q'];
    expect(replica.catalog.tablesOf('alice')).toEqual(tables);
    expect(tables.every((table) => replica.catalog.hasTable('alice', table))).toBe(true);
    expect(replica.catalog.hasTable('alice', 'nova:pause')).toBe(false);
    expect(replica.catalog.arityOf('alice', 'alice:r')).toBe(1);
  });

  it('of a data source hold the tables that rules mention', () => {
    const replica = new Replica();
    replica.dataSource('nova', { servers: ['id'], ports: ['id'] });
    expect(replica.catalog.tablesOf('nova')).toEqual([]);
    const { id } = replica.rule('classification', 'p(x) :- nova:servers(x), nova:nothing(x)');
    expect(replica.catalog.tablesOf('nova')).toEqual(['servers']);
    replica.write(deleteRule('classification', id));
    expect(replica.catalog.tablesOf('nova')).toEqual([]);
  });

  it('are missing for a name that is neither, and for an id', () => {
    const replica = new Replica();
    expect(replica.catalog.tablesOf('nope')).toBeUndefined();
    expect(replica.catalog.tablesOf('classification-id')).toBeUndefined();
  });
});

describe('rows of a data source', () => {
  it('do not depend on rules, nor on a policy of the same name', () => {
    const replica = new Replica();
    replica.rule('classification', 'servers("fact")');
    replica.dataSource('classification', { servers: ['id'] });
    replica.replace('classification', 'servers', [['a'], ['b']]);
    expect(replica.sourceRows('classification', 'servers')).toEqual([['a'], ['b']]);
    expect(replica.sourceRows('classification-id', 'servers')).toHaveLength(2);
    expect(replica.rows('classification', 'servers')).toEqual([['fact']]);
    replica.write(deleteDataSource('classification'));
    expect(replica.rows('classification', 'servers')).toEqual([['fact']]);
  });

  it('are empty before the first content', () => {
    const replica = new Replica();
    replica.dataSource('nova', { servers: ['id'] });
    expect(replica.sourceRows('nova', 'servers')).toEqual([]);
  });

  it('are refused for an unknown data source or table', () => {
    const replica = new Replica();
    replica.dataSource('nova', { servers: ['id'] });
    expect(() => replica.sourceRows('nope', 'servers')).toThrow(DataSourceNotFound);
    expect(() => replica.sourceRows('nova', 'zz')).toThrow(
      new DataSourceTableNotFound({ table: 'zz', dataSourceName: 'nova' }),
    );
  });
});
