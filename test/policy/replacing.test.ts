import type { RuleId } from '../../service/base/ids.ts';
import { Engine } from '../../service/engine/engine.ts';
import type { EngineChange } from '../../service/engine/engine-change.ts';
import { engineChanges, engineChangesOf } from '../../service/policy/engine-changes.ts';
import {
  InvalidPolicyName,
  PolicyNameTaken,
  PolicyNotFound,
  PolicyNotRenamable,
  RuleAlreadyExists,
  RuleNotFound,
  RuleRefused,
  RulesRecursive,
} from '../../service/policy/problems.ts';
import { type PolicyReplacement, replacePolicy } from '../../service/policy/writes/replace-policy.ts';
import { type RuleReplacement, replaceRule } from '../../service/policy/writes/replace-rule.ts';
import { viewOf } from './catalog-view.ts';
import { Session } from './session.ts';

function texts(session: Session, policy: string): readonly string[] {
  const { id } = session.catalog.policyByIdOrName(policy)!;
  return session.catalog.rules(id).map(({ text }) => text);
}

/** No data sources here, so no table waits for its first rows. An engine that lived through all changes of the session, and one that was filled at the end. */
function rowsBothWays(session: Session, policy: string, table: string): readonly unknown[] {
  const lived = new Engine();
  for (const change of session.changes)
    lived.apply(engineChanges(change, () => []) as readonly EngineChange[]);
  const filled = new Engine();
  filled.apply(engineChangesOf(session.catalog, () => []) as readonly EngineChange[]);
  return [lived, filled].map((engine) => engine.rows({ policy, table, arity: 1, modal: null }));
}

describe('replacing a rule', () => {
  const alice = () => {
    const session = new Session();
    session.policy('alice', { rules: ['p(x) :- q(x)', 'q(1)', 'q(2)', 'r(3)'] });
    const ids = session.catalog.rules(session.catalog.policyByName('alice')!.id).map(({ id }) => id);
    return { session, ids };
  };
  const attempt = (session: Session, rule: RuleId, wanted: Partial<RuleReplacement>) => () =>
    session.write(replaceRule({ policy: 'alice', rule, ...wanted }));

  it('changes the text in one step; id and place stay', () => {
    const { session, ids } = alice();
    const answer = attempt(session, ids[0]!, { text: 'p(x) :- r(x)' })();
    expect(answer).toEqual({ id: ids[0], text: 'p(x) :- r(x)', name: null, comment: '' });
    expect(texts(session, 'alice')).toEqual(['p(x) :- r(x)', 'q(1)', 'q(2)', 'r(3)']);
    expect(rowsBothWays(session, 'alice', 'p')).toEqual([[[3n]], [[3n]]]);
  });

  it('keeps the text when only name and comment are given', () => {
    const { session, ids } = alice();
    attempt(session, ids[1]!, { name: 'n', comment: null })();
    expect(session.catalog.rule(session.catalog.policyByName('alice')!.id, ids[1]!)).toMatchObject({
      text: 'q(1)',
      name: 'n',
      comment: null,
    });
    expect(rowsBothWays(session, 'alice', 'p')).toEqual([
      [[1n], [2n]],
      [[1n], [2n]],
    ]);
  });

  it('tells an integer from a float, though they are the same fact', () => {
    const { session, ids } = alice();
    attempt(session, ids[1]!, { text: 'q(1.0)' })();
    const rows = rowsBothWays(session, 'alice', 'q');
    expect(rows[0]).toContainEqual([1]);
    expect(new Set(rows[0] as unknown[])).toEqual(new Set(rows[1] as unknown[]));
  });

  it('judges the new text as if the old one were gone, and leaves all as it was when it is refused', () => {
    const { session, ids } = alice();
    // With its old text in force this would be one statement twice, or a cycle.
    attempt(session, ids[0]!, { text: 'q(x) :- p(x)' })();
    attempt(session, ids[0]!, { text: 'p(x) :- q(x)' })();
    const before = viewOf(session.catalog);
    expect(attempt(session, ids[1]!, { text: 'q(x) :- p(x)' })).toThrow(RulesRecursive);
    expect(attempt(session, ids[1]!, { text: 'q(2)' })).toThrow(RuleAlreadyExists);
    expect(attempt(session, ids[1]!, { text: 'q(x)' })).toThrow(RuleRefused);
    expect(attempt(session, 'nope' as RuleId, { text: 'q(5)' })).toThrow(RuleNotFound);
    expect(viewOf(session.catalog)).toEqual(before);
  });
});

describe('replacing a policy', () => {
  const replace = (session: Session, wanted: Partial<PolicyReplacement>) => () =>
    session.write(replacePolicy({ policy: 'alice', rulesVersion: 77, ...wanted }));
  const withRules = (session: Session, rules: readonly string[]) =>
    replace(session, { rules: rules.map((text) => session.newRule(text)) });

  it('changes what people read and leaves the rules alone', () => {
    const session = new Session();
    session.policy('alice', { rules: ['p(1)'] });
    const before = viewOf(session.catalog);
    replace(session, { description: 'd', abbreviation: 'a' })();
    expect(session.catalog.policyByName('alice')).toMatchObject({ description: 'd', abbreviation: 'a' });
    replace(session, { description: '', abbreviation: 'alice' })();
    expect(viewOf(session.catalog)).toEqual(before);
  });

  it('changes all rules at once, under another version', () => {
    const session = new Session();
    session.policy('alice', { rules: ['p(x) :- q(x)', 'q(1)'] });
    const { id, createdAt } = session.catalog.policyByName('alice')!;
    const { rules } = withRules(session, ['q(x) :- p(x)', 'p(2)'])();
    expect(rules.map(({ printed }) => printed)).toEqual(['q(x) :-\n  p(x)', 'p(2)']);
    expect(session.catalog.policyByName('alice')).toMatchObject({ id, createdAt, rulesVersion: 77 });
    expect(rowsBothWays(session, 'alice', 'q')).toEqual([[[2n]], [[2n]]]);
  });

  it('refuses all or nothing', () => {
    const session = new Session();
    session.policy('alice', { rules: ['p(x) :- q(x)', 'q(1)'] });
    session.policy('bob', { rules: ['r(x) :- alice:p(x)'] });
    const before = viewOf(session.catalog);
    expect(withRules(session, ['p(1)', 'p(x) :- bob:r(x)'])).toThrow(RulesRecursive);
    expect(withRules(session, ['p(1)', 'p(x) :- not q(x)'])).toThrow(RuleRefused);
    expect(replace(session, { policy: 'nobody' })).toThrow(PolicyNotFound);
    expect(viewOf(session.catalog)).toEqual(before);
  });

  it('renames: its rules move with it, in their order', () => {
    const session = new Session();
    session.policy('alice', { rules: ['p(x) :- q(x)', 'q(1)'] });
    replace(session, { name: 'carol' })();
    expect(session.catalog.policyByName('alice')).toBeUndefined();
    expect(texts(session, 'alice-id')).toEqual(['p(x) :- q(x)', 'q(1)']);
    expect(session.catalog.policyByName('carol')).toMatchObject({ id: 'alice-id' });
    expect(rowsBothWays(session, 'carol', 'p')).toEqual([[[1n]], [[1n]]]);
    expect(rowsBothWays(session, 'alice', 'p')).toEqual([[], []]);
  });

  it('refuses a name that rules depend on, is taken, or makes a cycle', () => {
    const session = new Session();
    session.policy('alice', { rules: ['p(x) :- bob:r(x)'] });
    session.policy('bob', { rules: ['r(x) :- carol:p(x)'] });
    const before = viewOf(session.catalog);
    expect(replace(session, { name: 'bob' })).toThrow(PolicyNameTaken);
    expect(replace(session, { name: 'a-b' })).toThrow(InvalidPolicyName);
    expect(replace(session, { name: 'carol' })).toThrow(RulesRecursive);
    expect(replace(session, { policy: 'bob', name: 'bert' })).toThrow(PolicyNotRenamable);
    expect(replace(session, { policy: 'action', name: 'bert' })).toThrow(PolicyNotRenamable);
    expect(viewOf(session.catalog)).toEqual(before);
  });
});
