import { assert } from '../../service/base/assert.ts';
import type { DataSourceId, LibraryPolicyId, PolicyId, RuleId, Sequence } from '../../service/base/ids.ts';
import { parse } from '../../service/datalog/parser.ts';
import type { Formula } from '../../service/datalog/tree.ts';
import type { Tuple } from '../../service/datalog/value.ts';
import type { Catalog } from '../../service/policy/catalog.ts';
import type { Change } from '../../service/policy/change.ts';
import type {
  CreatedAt,
  DataSource,
  LibraryPolicy,
  Policy,
  StoredRule,
} from '../../service/policy/entities.ts';
import { executionStates } from '../../service/policy/execution-json.ts';
import type { Execution } from '../../service/policy/executions.ts';

/** The one formula of a text, as parsed. */
function formulaOf(text: string): Formula {
  const [statement] = parse(text);
  assert(statement !== undefined && statement.kind !== 'event', `\`${text}\` is a rule or a fact`);
  return statement;
}

export function createdAt(sequence: number, ordinal = 0): CreatedAt {
  return { sequence: sequence as Sequence, ordinal };
}

export function samplePolicy(name: string, at: CreatedAt, id = `id-of-${name}`): Policy {
  return {
    id: id as PolicyId,
    name,
    abbreviation: name.slice(0, 5),
    description: '',
    ownerId: 'user',
    kind: 'nonrecursive',
    rulesVersion: 0,
    rulesSince: null,
    createdAt: at,
  };
}

export function sampleRule(policy: Policy, text: string, at: CreatedAt): StoredRule {
  return {
    id: `rule-${at.sequence}-${at.ordinal}` as RuleId,
    policyId: policy.id,
    text,
    name: null,
    comment: '',
    formula: formulaOf(text),
    createdAt: at,
  };
}

export function sampleDataSource(name: string, at: CreatedAt, engineName = name): DataSource {
  return {
    id: `ds-${name}-${at.sequence}` as DataSourceId,
    name,
    driver: 'push',
    description: null,
    enabled: true,
    config: { tables: { servers: ['id', 'name'] }, nested: [null, 1.5, true] },
    engineName,
    tables: [
      { table: 'servers', columns: [column('id'), column('name')] },
      { table: 'ports', columns: [column('id'), { name: 'server', description: 'where' }, column('up')] },
    ],
    createdAt: at,
  };
}

function column(name: string) {
  return { name, description: null };
}

export const policyNames = ['alice', 'bob', 'nova'];
export const tableNames = ['p', 'q', 'r'];
export const statements = [
  'p(1)',
  'p(2)',
  'p("x")',
  'q(1, 2)',
  'q(1.5, "y")',
  'p(x) :- q(x, y)',
  'q(x, y) :- r(x), r(y)',
  'p(x) :- bob:r(x), not nova:servers(x, x)',
  'p(x) :- alice:q(x, y), bob:p(y, z)',
  'r(x) :- nova:ports(x, y, z), lt(x, y)',
  'r(x, y) :- nova:servers(x, y), true',
  'execute[nova:p(x)] :- r(x)',
  'execute[q(x)] :- nova:servers(x, y)',
];

/** A number in [0, 1) picks one of the wishes; `null` when that one makes no sense for this catalog. */
export interface Wish {
  readonly kind: Change['kind'];
  readonly pick: number;
  readonly statement: number;
  readonly many: number;
}

/** Turns a wish into a change that fits the catalog, as the write at `sequence` would plan it. */
export function changeFor(catalog: Catalog, wish: Wish, sequence: number): Change | null {
  switch (wish.kind) {
    case 'policy-created':
      return policyCreated(catalog, wish, sequence);
    case 'policy-deleted': {
      const policy = choose(catalog.policies(), wish.pick);
      return policy && { kind: 'policy-deleted', policy, rules: [...catalog.rules(policy.id)] };
    }
    case 'rule-inserted': {
      const policy = choose(catalog.policies(), wish.pick);
      const rule = policy && sampleRule(policy, choose(statements, wish.statement)!, createdAt(sequence));
      if (!policy || !rule || catalog.ruleOfStatement(policy.id, rule.formula) !== undefined) return null;
      return { kind: 'rule-inserted', rule, owner: ownerOf(policy) };
    }
    case 'rule-replaced':
      return ruleReplaced(catalog, wish, sequence);
    case 'rule-deleted': {
      const policy = choose(catalog.policies(), wish.pick);
      const rule = policy && choose(catalog.rules(policy.id), wish.statement);
      return rule ? { kind: 'rule-deleted', rule, owner: ownerOf(policy) } : null;
    }
    default:
      return otherChangeFor(catalog, wish, sequence);
  }
}

function otherChangeFor(catalog: Catalog, wish: Wish, sequence: number): Change | null {
  switch (wish.kind) {
    case 'data-source-created': {
      const name = choose(['nova', 'neutron'], wish.pick)!;
      if (catalog.dataSourceByName(name) !== undefined) return null;
      const engineName = catalog.policyByName(name) === undefined ? name : 'hidden';
      return { kind: wish.kind, dataSource: sampleDataSource(name, createdAt(sequence), engineName) };
    }
    case 'data-source-deleted': {
      const dataSource = choose(catalog.dataSources(), wish.pick);
      return dataSource && { kind: wish.kind, dataSource, tables: [...catalog.tableVersions(dataSource.id)] };
    }
    case 'policy-described': {
      const policy = choose(catalog.policies(), wish.pick);
      return policy && { kind: wish.kind, before: policy, policy: { ...policy, description: `${sequence}` } };
    }
    case 'library-policy-created':
    case 'library-policy-replaced':
    case 'library-policy-deleted':
    case 'library-filled':
      return libraryChangeFor(catalog, wish, sequence);
    case 'table-replaced':
      return tableReplaced(catalog, wish, sequence);
    case 'request-remembered':
      return { kind: wish.kind, entry: { ...entry, key: `key-${sequence}`, sequence: sequence as Sequence } };
    case 'request-forgotten': {
      const remembered = choose([...catalog.idempotencyEntries()], wish.pick);
      return remembered && { kind: wish.kind, entry: remembered };
    }
    default:
      return polledChangeFor(catalog, wish, sequence) ?? enforcementChangeFor(catalog, wish, sequence);
  }
}

function polledChangeFor(catalog: Catalog, wish: Wish, sequence: number): Change | null {
  const dataSource = choose(catalog.dataSources(), wish.pick);
  if (dataSource === null) return null;
  if (wish.kind === 'refresh-requested') return { kind: wish.kind, dataSourceId: dataSource.id };
  if (wish.kind === 'data-source-updated') {
    const polling = dataSource.polling === 'leased' ? 'every-replica' : 'leased';
    const dropped = polling === 'leased' ? [] : [...catalog.tableVersions(dataSource.id)];
    return { kind: wish.kind, dataSource: { ...dataSource, polling }, before: dataSource, dropped };
  }
  const before = choose(catalog.tableVersions(dataSource.id), wish.statement);
  if (wish.kind !== 'table-changed' || before === null) return null;
  const deltas = { count: (before.deltas?.count ?? 0) + 1, digest: `delta-${sequence}` };
  const { engineName } = dataSource;
  const inserted: Tuple[] = [before.table === 'ports' ? [1n, 2n, 'y'] : [2n ** 70n, 1.5]];
  return {
    kind: wish.kind,
    table: { ...before, deltas },
    before,
    engineName,
    arity: inserted[0]!.length,
    deleted: [],
    inserted,
  };
}

function enforcementChangeFor(catalog: Catalog, wish: Wish, sequence: number): Change | null {
  const { executions } = catalog;
  const before = choose(executions.list(), wish.pick);
  switch (wish.kind) {
    case 'execution-opened':
      return { kind: wish.kind, execution: sampleExecution(createdAt(sequence)) };
    case 'execution-changed': {
      if (before === null) return null;
      const state = choose(executionStates, wish.statement)!;
      return {
        kind: wish.kind,
        before,
        execution: { ...before, state, closed: wish.many > 0.5 || before.closed },
      };
    }
    case 'execution-forgotten':
      return before && { kind: wish.kind, execution: before };
    case 'enforcement-configured': {
      const settings = {
        mode: 'dry-run',
        perMinuteMax: sequence,
        policies: { alice: { approval: true } },
      } as const;
      return { kind: wish.kind, settings, before: executions.storedSettings() };
    }
    default:
      return null;
  }
}

/** Of a row of its own, so that it is the only open one. */
export function sampleExecution(at: CreatedAt, facts: Partial<Execution> = {}): Execution {
  return {
    id: `execution-${at.sequence}-${at.ordinal}`,
    policy: 'alice',
    service: 'nova',
    action: 'servers.pause',
    positional: [BigInt(at.sequence), 1.5, 'x'],
    named: {},
    delivery: 'at-least-once',
    state: 'pending',
    closed: false,
    attempts: 0,
    detail: null,
    openedAtMs: 1_700_000_000_000,
    changedAtMs: 1_700_000_000_000,
    createdAt: at,
    ...facts,
  };
}

const entry = { fingerprint: 'f', result: { id: 'x', list: [1, null] }, committedAtMs: 1_700_000_000_000 };

function policyCreated(catalog: Catalog, wish: Wish, sequence: number): Change | null {
  const name = choose(policyNames, wish.pick)!;
  if (catalog.policyByName(name) !== undefined || catalog.dataSourceInRules(name) !== undefined) return null;
  const policy = samplePolicy(name, createdAt(sequence), `policy-${sequence}`);
  const start = Math.floor(wish.statement * statements.length);
  const texts = statements.slice(start, start + Math.floor(wish.many * 5));
  const rules = texts.map((text, index) => sampleRule(policy, text, createdAt(sequence, index + 1)));
  return { kind: 'policy-created', policy, rules };
}

function ruleReplaced(catalog: Catalog, wish: Wish, sequence: number): Change | null {
  const policy = choose(catalog.policies(), wish.pick);
  const before = policy && choose(catalog.rules(policy.id), wish.statement);
  if (!policy || !before) return null;
  const changed = sampleRule(policy, choose(statements, wish.many)!, before.createdAt);
  const same = catalog.ruleOfStatement(policy.id, changed.formula);
  if (same !== undefined && same.id !== before.id) return null;
  const rule = { ...changed, id: before.id, comment: `${sequence}` };
  return { kind: 'rule-replaced', rule, before, owner: ownerOf(policy) };
}

function libraryChangeFor(catalog: Catalog, wish: Wish, sequence: number): Change | null {
  const there = choose(catalog.library.list(), wish.pick);
  switch (wish.kind) {
    case 'library-policy-created':
      return { kind: wish.kind, libraryPolicy: sampleLibraryPolicy(sequence) };
    case 'library-policy-replaced':
      return (
        there && {
          kind: wish.kind,
          before: there,
          libraryPolicy: { ...there, name: `other-${sequence}`, kind: 'action' },
        }
      );
    case 'library-policy-deleted':
      return there && { kind: wish.kind, libraryPolicy: there };
    default:
      return { kind: 'library-filled', filled: !catalog.library.filled };
  }
}

function sampleLibraryPolicy(sequence: number): LibraryPolicy {
  return {
    id: `library-${sequence}` as LibraryPolicyId,
    name: `example-${sequence}`,
    abbreviation: 'examp',
    description: 'd',
    kind: 'nonrecursive',
    rules: [{ rule: 'p(x) :- q(x)', extra: [1, null] }],
    createdAt: createdAt(sequence),
  };
}

function tableReplaced(catalog: Catalog, wish: Wish, sequence: number): Change | null {
  const dataSource = choose(catalog.dataSources(), wish.pick);
  const schema = dataSource && choose(dataSource.tables, wish.statement);
  if (!dataSource || !schema) return null;
  const { table, columns } = schema;
  return {
    kind: 'table-replaced',
    table: {
      dataSourceId: dataSource.id,
      table,
      version: `v${sequence}`,
      chunks: 1,
      rows: sequence,
      digest: `d${sequence}`,
      replacedAtMs: 1_700_000_000_000 + sequence,
      updates: sequence,
    },
    before: catalog.tableVersion(dataSource.id, table) ?? null,
    engineName: dataSource.engineName,
    arity: columns.length,
  };
}

function ownerOf({ name, rulesVersion }: Policy) {
  return { policyName: name, rulesVersion };
}

function choose<Item>(items: readonly Item[], pick: number): Item | null {
  return items[Math.floor(pick * items.length)] ?? null;
}
