import {
  InvalidPolicyName,
  PolicyNameOfDataSource,
  PolicyNameTaken,
  PolicyNotFound,
  RuleRefused,
  RulesRecursive,
  SystemPolicyUndeletable,
  UnknownPolicyKind,
} from '../../service/policy/problems.ts';
import { deletePolicy } from '../../service/policy/writes/delete-policy.ts';
import { ensureDefaultPolicies } from '../../service/policy/writes/ensure-default-policies.ts';
import { viewOf } from './catalog-view.ts';
import { Session } from './session.ts';

describe('default policies', () => {
  it('are created as Congress has them', () => {
    expect(new Session().catalog.policies()).toMatchObject([
      { name: 'classification', abbreviation: 'class', description: 'default policy', kind: 'nonrecursive' },
      { name: 'action', abbreviation: 'actio', description: 'default action policy', kind: 'action' },
    ]);
  });

  it('are left alone when they are there', () => {
    const session = new Session();
    session.write(ensureDefaultPolicies({ classificationId: 'x', actionId: 'y' }));
    expect(session.changes).toHaveLength(2);
  });
});

describe('creating a policy', () => {
  it('answers it with its rules, re-formatted, without those that came twice', () => {
    const session = new Session();
    const { policy, rules } = session.policy('alice', {
      kind: 'ACTION',
      abbreviation: '',
      rules: ['p(x) :- q(x),  r(x)', 'q(1)', 'q(1.0)', 'p(x) :- r(x), q(x)'],
    });
    expect(policy).toEqual({
      id: 'alice-id',
      name: 'alice',
      abbreviation: '',
      description: '',
      ownerId: 'user',
      kind: 'action',
    });
    expect(rules.map(({ printed }) => printed)).toEqual(['p(x) :-\n  q(x),\n  r(x)', 'q(1)']);
    const [change] = session.changes.slice(2);
    expect(change).toMatchObject({
      kind: 'policy-created',
      rules: [{ text: 'p(x) :- q(x),  r(x)' }, { text: 'q(1)' }],
    });
    expect(session.catalog.rules(session.catalog.policyByName('alice')!.id)).toHaveLength(2);
  });

  it('gives the policy the first ordinal and its rules the following ones', () => {
    const session = new Session();
    session.policy('alice', { rules: ['p(1)', 'p(1)', 'p(2)'] });
    const policy = session.catalog.policyByName('alice')!;
    expect(policy.createdAt).toEqual({ sequence: 2, ordinal: 0 });
    expect(session.catalog.rules(policy.id).map(({ createdAt }) => createdAt.ordinal)).toEqual([1, 2]);
  });

  it.each([
    '',
    'b-c',
    '1a',
    'a b',
    'a:b',
    'x, y',
    'builtin',
    'not',
    'NOT',
    'execute',
    'insert',
    'delete',
    'é',
    'a'.repeat(256),
  ])('refuses the name `%s`, which rules cannot write', (name) => {
    expect(() => new Session().policy(name)).toThrow(InvalidPolicyName);
  });

  it.each(['a', '_', '.x', 'A.b_9', 'Not', 'Execute', 'true'])('takes the name `%s`', (name) => {
    expect(new Session().policy(name).policy.name).toBe(name);
  });

  it.each([
    ['foo', UnknownPolicyKind],
    ['datasource', UnknownPolicyKind],
    ['delta', UnknownPolicyKind],
  ])('refuses kind %s', (kind, problem) => {
    expect(() => new Session().policy('k', { kind })).toThrow(problem);
  });

  it.each(['nonrecursive', 'action', 'database', 'materialized', 'z3', 'Z3'])('takes kind %s', (kind) => {
    expect(new Session().policy('k', { kind }).policy.kind).toBe(kind.toLowerCase());
  });

  it('refuses a name that is taken, before it looks at the rules', () => {
    const session = new Session();
    session.policy('alice');
    expect(() => session.policy('alice', { id: 'other', rules: ['p('] })).toThrow(PolicyNameTaken);
  });

  it('refuses the name under which rules know a data source', () => {
    const session = new Session();
    session.dataSource('nova', { servers: ['id'] });
    expect(() => session.policy('nova')).toThrow(PolicyNameOfDataSource);
  });

  it('creates nothing when one rule is refused', () => {
    const session = new Session();
    const before = viewOf(session.catalog);
    expect(() => session.policy('alice', { rules: ['p(1)', 'p(x) :- q(y)'] })).toThrow(RuleRefused);
    expect(() => session.policy('alice', { rules: ['p(x) :- q(x)', 'q(x) :- p(x)'] })).toThrow(
      RulesRecursive,
    );
    expect(viewOf(session.catalog)).toEqual(before);
  });

  it('finds a cycle through rules that waited for the policy', () => {
    const session = new Session();
    session.rule('classification', 'a(x) :- alice:b(x)');
    expect(() => session.policy('alice', { rules: ['b(x) :- classification:a(x)'] })).toThrow(RulesRecursive);
  });
});

describe('deleting a policy', () => {
  it('answers it and takes its rules along, by name or id', () => {
    const session = new Session();
    const before = viewOf(session.catalog);
    for (const key of ['alice', 'alice-id']) {
      session.policy('alice', { rules: ['p(1)', 'q(x) :- p(x)'] });
      expect(session.write(deletePolicy(key))).toMatchObject({ id: 'alice-id', name: 'alice' });
      expect(session.changes.at(-1)).toMatchObject({ kind: 'policy-deleted', rules: [{ text: 'p(1)' }, {}] });
      expect(viewOf(session.catalog)).toEqual(before);
    }
  });

  it('leaves the rules of others, which see empty tables and revive with the name', () => {
    const session = new Session();
    session.policy('bob', { rules: ['q(1, 2)'] });
    session.rule('classification', 'p(x) :- bob:q(x, y)');
    session.write(deletePolicy('bob'));
    expect(session.catalog.tablesOf('classification')).toEqual(['bob:q', 'p']);
    expect(session.catalog.arityOf('classification', 'bob:q')).toBeUndefined();
    session.policy('bob', { rules: ['q(1, 2, 3)'] });
    expect(session.catalog.arityOf('classification', 'bob:q')).toBe(3);
  });

  it('refuses what is not there and what belongs to the system', () => {
    const session = new Session();
    expect(() => session.write(deletePolicy('nope'))).toThrow(PolicyNotFound);
    expect(() => session.write(deletePolicy('classification'))).toThrow(SystemPolicyUndeletable);
    expect(() => session.write(deletePolicy('action-id'))).toThrow(SystemPolicyUndeletable);
  });
});
