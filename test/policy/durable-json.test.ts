import type { Json } from '../../service/base/json.ts';
import { changeFromJson, changeToJson } from '../../service/policy/change-json.ts';
import { entityWrites } from '../../service/policy/entity-writes.ts';

const createdAt = { sequence: 7, ordinal: 1 };
const policy = {
  id: 'p1',
  name: 'alice',
  abbreviation: 'ali',
  description: 'd',
  ownerId: 'user',
  kind: 'action',
  rulesVersion: 3,
  rulesSince: 6,
  createdAt,
};
const rule = {
  id: 'r1',
  policyId: 'p1',
  text: 'p(12345678901234567890, 1.0, "x")',
  name: { any: ['thing', null] },
  comment: 5,
  formula: { fact: { t: 'p', a: [{ i: '12345678901234567890' }, { f: '1.0' }, { s: 'x' }] } },
  createdAt,
};
const dataSource = {
  id: 'd1',
  name: 'nova',
  driver: 'push',
  description: null,
  enabled: true,
  config: { tables: { servers: ['id'] } },
  engineName: 'data-source:d1',
  tables: [{ table: 'servers', columns: [{ name: 'id', description: null }] }],
  createdAt,
};
const table = {
  dataSourceId: 'd1',
  table: 'servers',
  version: 'v2',
  chunks: 2,
  rows: 10,
  digest: 'ab',
  replacedAtMs: 1_700_000_000_123,
  updates: 4,
};
const changed = { ...table, deltas: { count: 2, digest: 'ef' } };
const delta = {
  dataSourceId: 'd1',
  table: 'servers',
  version: 'v2',
  number: 2,
  deleted: [['a', { i: '12345678901234567890' }, { f: '1.0' }]],
  inserted: [],
};
const execution = {
  id: 'e1',
  policy: 'alice',
  service: 'nova',
  action: 'servers.pause',
  positional: ['a', { i: '1' }, { f: '1.0' }],
  named: { why: [1, null] },
  delivery: 'at-most-once',
  state: 'sent',
  closed: false,
  attempts: 1,
  detail: null,
  openedAtMs: 1,
  changedAtMs: 2,
  createdAt,
};
const settings = { mode: 'off', perMinuteMax: 5, policies: { alice: { approval: true } } };
const libraryPolicy = {
  id: 'l1',
  name: 'Example',
  abbreviation: 'Examp',
  description: 'd',
  kind: 'action',
  rules: [{ rule: 'p(x', comment: 'c', extra: [1] }],
  createdAt,
};
const entry = { key: 'k', fingerprint: 'f', sequence: 7, result: [1, null, 'x'], committedAtMs: 1 };
const owner = { policyName: 'alice', rulesVersion: 3 };

/** What lies in stores: a change that needs another text here needs a migration. */
const stored: readonly (readonly [Json, readonly unknown[]])[] = [
  [
    { kind: 'policy-created', policy, rules: [rule] },
    [put('policy', 'p1', policy), put('rules#p1#3', 'r1', rule)],
  ],
  [{ kind: 'policy-deleted', policy, rules: [rule] }, [erased('policy', 'p1'), erased('rules#p1#3', 'r1')]],
  [{ kind: 'rule-inserted', rule, owner }, [put('rules#p1#3', 'r1', rule)]],
  [
    { kind: 'rule-inserted', rule, owner, by: { subject: 'token:dashboard', requestId: 'req-1' } },
    [put('rules#p1#3', 'r1', rule)],
  ],
  [{ kind: 'rule-deleted', rule, owner }, [erased('rules#p1#3', 'r1')]],
  [
    { kind: 'rule-replaced', rule, before: { ...rule, text: 'p(1)' }, owner },
    [put('rules#p1#3', 'r1', rule)],
  ],
  [
    { kind: 'policy-described', policy, before: { ...policy, description: '' } },
    [put('policy', 'p1', policy)],
  ],
  [{ kind: 'library-policy-created', libraryPolicy }, [put('library', 'l1', libraryPolicy)]],
  [
    { kind: 'library-policy-replaced', libraryPolicy, before: { ...libraryPolicy, name: 'Old' } },
    [put('library', 'l1', libraryPolicy)],
  ],
  [{ kind: 'library-policy-deleted', libraryPolicy }, [erased('library', 'l1')]],
  [{ kind: 'library-filled', filled: true }, [put('library-filled', 'filled', {})]],
  [{ kind: 'library-filled', filled: false }, [erased('library-filled', 'filled')]],
  [{ kind: 'data-source-created', dataSource }, [put('datasource', 'd1', dataSource)]],
  [
    { kind: 'data-source-deleted', dataSource, tables: [table] },
    [erased('datasource', 'd1'), erased('table#d1', 'servers')],
  ],
  [
    { kind: 'table-replaced', table, before: null, engineName: 'nova', arity: 1 },
    [put('table#d1', 'servers', table)],
  ],
  [
    { kind: 'table-replaced', table, before: { ...table, version: 'v1' }, engineName: 'nova', arity: 1 },
    [put('table#d1', 'servers', table)],
  ],
  [
    { kind: 'table-replaced', table, before: changed, engineName: 'nova', arity: 1 },
    [put('table#d1', 'servers', table), erased('delta#d1', 'v2#000001'), erased('delta#d1', 'v2#000002')],
  ],
  [
    {
      kind: 'table-changed',
      table: changed,
      before: { ...table, deltas: { count: 1, digest: 'cd' } },
      engineName: 'nova',
      arity: 3,
      deleted: delta.deleted,
      inserted: delta.inserted,
    },
    [put('table#d1', 'servers', changed), put('delta#d1', 'v2#000002', delta)],
  ],
  [
    {
      kind: 'data-source-updated',
      dataSource: { ...dataSource, polling: 'every-replica' },
      before: { ...dataSource, polling: 'leased' },
      dropped: [changed],
    },
    [
      put('datasource', 'd1', { ...dataSource, polling: 'every-replica' }),
      erased('table#d1', 'servers'),
      erased('delta#d1', 'v2#000001'),
      erased('delta#d1', 'v2#000002'),
    ],
  ],
  [{ kind: 'refresh-requested', dataSourceId: 'd1' }, []],
  [{ kind: 'execution-opened', execution }, [put('execution', 'e1', execution)]],
  [
    { kind: 'execution-changed', execution: { ...execution, state: 'done' }, before: execution },
    [put('execution', 'e1', { ...execution, state: 'done' })],
  ],
  [{ kind: 'execution-forgotten', execution }, [erased('execution', 'e1')]],
  [{ kind: 'enforcement-configured', settings, before: null }, [put('enforcement', 'settings', settings)]],
  [{ kind: 'request-remembered', entry }, [put('idempotency', 'k', entry)]],
  [{ kind: 'request-forgotten', entry }, [erased('idempotency', 'k')]],
];

describe('durable JSON', () => {
  it.each(stored)('of %j is read, written again the same, and writes its items', (json, writes) => {
    const change = changeFromJson(json);
    expect(changeToJson(change)).toEqual(json);
    expect(entityWrites(change)).toEqual(writes);
  });

  it.each<[string, Json]>([
    ['no object', []],
    ['an unknown kind', { kind: 'nonsense' }],
    ['a missing member', { kind: 'policy-created', rules: [] }],
    ['a member of another type', { kind: 'policy-created', policy: { ...policy, name: 5 }, rules: [] }],
    ['an unknown policy kind', { kind: 'policy-created', policy: { ...policy, kind: 'x' }, rules: [] }],
    ['a list that is none', { kind: 'policy-created', policy, rules: 'x' }],
    ['a formula that is none', { kind: 'rule-inserted', rule: { ...rule, formula: {} }, owner }],
    ['a fraction', { kind: 'rule-inserted', rule, owner: { ...owner, rulesVersion: 1.5 } }],
  ])('with %s is a bug that says where', (_, json) => {
    expect(() => changeFromJson(json)).toThrow(/stored/);
  });
});

function put(partition: string, id: string, body: Json) {
  return { kind: 'put', key: { partition, id }, body };
}

function erased(partition: string, id: string) {
  return { kind: 'delete', key: { partition, id } };
}
