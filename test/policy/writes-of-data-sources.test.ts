import {
  DataSourceNameTaken,
  DataSourceNotFound,
  DataSourceTableNotFound,
  EntityTooLarge,
  InvalidDataSourceId,
  InvalidDataSourceName,
} from '../../service/policy/problems.ts';
import { deleteDataSource } from '../../service/policy/writes/delete-data-source.ts';
import { deletePolicy } from '../../service/policy/writes/delete-policy.ts';
import { replaceTable } from '../../service/policy/writes/replace-table.ts';
import { viewOf } from './catalog-view.ts';
import { Session } from './session.ts';

const content = { version: 'v1', chunks: 1, rows: 2, digest: 'd', replacedAtMs: 1_700_000_000_000 };

describe('creating a data source', () => {
  it('is possible under any name that rules can write', () => {
    const session = new Session();
    expect(session.dataSource('nova', { servers: ['id'] })).toEqual({ id: 'nova-id' });
    expect(session.catalog.dataSourceByIdOrName('nova-id')).toMatchObject({
      name: 'nova',
      engineName: 'nova',
    });
    expect(session.catalog.dataSources()).toHaveLength(1);
  });

  it.each(['', 'a-b', '_ab', 'builtin', 'not'])('refuses the name `%s`', (name) => {
    expect(() => new Session().dataSource(name, {})).toThrow(InvalidDataSourceName);
  });

  it('refuses a name or an id that is in use', () => {
    const session = new Session();
    session.dataSource('nova', {}, 'one');
    expect(() => session.dataSource('nova', {}, 'two')).toThrow(DataSourceNameTaken);
    expect(() => session.dataSource('neutron', {}, 'one')).toThrow(DataSourceNameTaken);
  });

  it('takes ids of any form that the store can keep', () => {
    const session = new Session();
    session.dataSource('nova', {}, 'my id/#:');
    expect(() => session.dataSource('a', {}, '')).toThrow(InvalidDataSourceId);
    expect(() => session.dataSource('a', {}, 'x'.repeat(256))).toThrow(InvalidDataSourceId);
  });

  it('refuses what does not fit an item', () => {
    const columns = Array.from({ length: 300 }, (_, index) => `column${index}`);
    const tables = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`table${index}`, columns]));
    expect(() => new Session().dataSource('nova', tables)).toThrow(EntityTooLarge);
  });
});

describe('a data source with the name of a policy', () => {
  it('is kept from rules, which go on to mean the policy', () => {
    const session = new Session();
    session.rule('classification', 'servers(1)');
    session.dataSource('classification', { servers: ['id', 'name'] });
    const source = session.catalog.dataSourceByName('classification')!;
    expect(source.engineName).toBe('data-source:classification-id');
    expect(session.catalog.dataSourceInRules('classification')).toBeUndefined();
    expect(session.catalog.arityOf('classification', 'servers')).toBe(1);
    expect(session.catalog.tablesOf('classification')).toEqual(['servers']);
    expect(() => session.rule('action', 'p(x) :- classification:servers(name=x)')).toThrow(
      "Literal classification:servers(name=x) uses column references, but 'classification' does not reference a datasource policy.",
    );
  });

  it('stays out of the way when that policy goes and comes again', () => {
    const session = new Session();
    session.policy('nova');
    session.dataSource('nova', { servers: ['id'] });
    session.write(deletePolicy('nova'));
    expect(session.catalog.tablesOf('nova')).toBeUndefined();
    session.policy('nova', { rules: ['servers(1, 2)'] });
    expect(session.catalog.arityOf('nova', 'servers')).toBe(2);
  });
});

describe('replacing a table', () => {
  it('points to the new version and remembers the old one', () => {
    const session = new Session();
    session.dataSource('nova', { servers: ['id', 'name'] });
    session.write(replaceTable({ dataSource: 'nova', table: 'servers', ...content }));
    session.write(replaceTable({ dataSource: 'nova-id', table: 'servers', ...content, version: 'v2' }));
    expect(session.changes.at(-1)).toMatchObject({
      table: { version: 'v2' },
      before: { version: 'v1' },
      engineName: 'nova',
      arity: 2,
    });
    const { id } = session.catalog.dataSourceByName('nova')!;
    expect(session.catalog.tableVersions(id)).toHaveLength(1);
  });

  it('refuses an unknown data source or table', () => {
    const session = new Session();
    session.dataSource('nova', { servers: ['id'] });
    const attempt = (dataSource: string, table: string) => () =>
      session.write(replaceTable({ dataSource, table, ...content }));
    expect(attempt('nope', 'servers')).toThrow(DataSourceNotFound);
    expect(attempt('nova', 'nope')).toThrow(DataSourceTableNotFound);
  });
});

describe('deleting a data source', () => {
  it('takes its tables along, by name or id, and leaves the rules that use it', () => {
    const session = new Session();
    session.rule('classification', 'p(x) :- nova:servers(x, y)');
    const before = viewOf(session.catalog);
    for (const key of ['nova', 'nova-id']) {
      session.dataSource('nova', { servers: ['id', 'name'], ports: ['id'] });
      session.write(replaceTable({ dataSource: 'nova', table: 'servers', ...content }));
      session.write(deleteDataSource(key));
      expect(session.changes.at(-1)).toMatchObject({ tables: [{ table: 'servers', version: 'v1' }] });
      expect(viewOf(session.catalog)).toEqual(before);
    }
  });

  it('refuses an unknown one in the words of Congress', () => {
    const session = new Session();
    expect(() => session.write(deleteDataSource('nope'))).toThrow('Datasource not found nope');
    expect(() => session.write(deleteDataSource('nope'))).toThrow(DataSourceNotFound);
  });
});
