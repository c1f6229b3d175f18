import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateCloud } from '../../../examples/openstack-cloud/cloud.ts';
import { dataSources } from '../../../examples/openstack-cloud/tables/data-sources.ts';
import { rowValue } from '../../../service/datasources/row-value.ts';
import { ProgramSession, type SourceTables } from '../../support/program-session.ts';
import { projectRoot } from '../../support/source-tree.ts';

const folder = join(projectRoot, 'examples/openstack-cloud/policies');

interface PolicyFile {
  readonly name: string;
  readonly abbreviation: string;
  readonly description: string;
  readonly rules: readonly { readonly rule: string; readonly name: string; readonly comment?: string }[];
}

function policyIn(file: string): PolicyFile {
  return JSON.parse(readFileSync(join(folder, file), 'utf8'));
}

/** The tables as a driver delivers them: true, false and null as texts. Floats are in no table that a rule uses. */
function tablesOf(cloud: ReturnType<typeof generateCloud>): SourceTables {
  const plain = (cell: unknown) => (typeof cell === 'number' ? cell : String(rowValue(cell)));
  return Object.fromEntries(
    dataSources.map(({ name, tables }) => [
      name,
      Object.fromEntries(
        tables.map((table) => [
          table.name,
          { columns: table.columns, rows: table.rows(cloud).map((row) => row.map(plain)) },
        ]),
      ),
    ]),
  );
}

const cloud = generateCloud({ servers: 300, seed: 11 });
const tables = tablesOf(cloud);

/** The rows of the table `error` of a policy file, by the language and the engine of the server. */
function errorsOf(file: string): readonly string[] {
  const { name, rules } = policyIn(file);
  const session = new ProgramSession(tables, [name]);
  for (const { rule } of rules)
    expect({ rule, inserted: session.insert(name, rule) }).toMatchObject({ inserted: true });
  const arity = /^error\(([^)]*)\)/.exec(rules[0]?.rule ?? '')?.[1]?.split(',').length ?? 0;
  return session.engine
    .rows({ policy: name, table: 'error', arity, modal: null })
    .map((row) => row.join(' '));
}

describe('the policies of the example', () => {
  it.each(readdirSync(folder))('%s can be posted as it is', (file) => {
    const { name, abbreviation, description, rules } = policyIn(file);
    expect(name).toMatch(/^[a-z_]+$/);
    expect(abbreviation.length).toBeLessThanOrEqual(5);
    for (const text of [description, ...rules.flatMap((rule) => [rule.name, rule.comment ?? ''])]) {
      expect(text.length).toBeLessThanOrEqual(255);
    }
  });

  it('find the networks that servers should not be on', () => {
    expect([...errorsOf('network-ownership.json')].sort()).toEqual(
      cloud.planted.foreignNetworks.map(({ serverId, networkId }) => `${serverId} ${networkId}`).sort(),
    );
  });

  it('find the servers that everybody can reach by SSH', () => {
    expect([...errorsOf('open-ssh.json')].sort()).toEqual(
      cloud.planted.openSsh.map(({ serverId, securityGroupId }) => `${serverId} ${securityGroupId}`).sort(),
    );
  });

  it('find the servers whose owner has gone', () => {
    expect(errorsOf('owner-gone.json')).toHaveLength(cloud.planted.ownersGone);
  });
});
