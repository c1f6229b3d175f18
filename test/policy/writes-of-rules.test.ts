import { Problem } from '../../service/base/problem.ts';
import { printStatement } from '../../service/datalog/printer.ts';
import { SyntaxProblem } from '../../service/datalog/problems.ts';
import {
  EmptyRule,
  MultipleRules,
  PolicyOfRuleNotFound,
  RuleAlreadyExists,
  RuleNotFound,
  RuleRefused,
  RulesNotPermitted,
  RulesRecursive,
  RulesUnstratified,
} from '../../service/policy/problems.ts';
import { deleteDataSource } from '../../service/policy/writes/delete-data-source.ts';
import { deleteRule } from '../../service/policy/writes/delete-rule.ts';
import { viewOf } from './catalog-view.ts';
import { Session } from './session.ts';

/** The problem that an attempt ends with; the catalog must be as before. */
function refusal(session: Session, attempt: () => unknown): Problem {
  const before = viewOf(session.catalog);
  try {
    attempt();
  } catch (problem) {
    expect(viewOf(session.catalog)).toEqual(before);
    if (problem instanceof Problem) return problem;
    throw problem;
  }
  throw new Error('nothing was refused');
}

function formulas(session: Session, policy: string): readonly string[] {
  const { id } = session.catalog.policyByIdOrName(policy)!;
  return session.catalog.rules(id).map(({ formula }) => printStatement(formula));
}

describe('inserting a rule', () => {
  it('answers the text re-formatted and stores it as posted, with what is evaluated', () => {
    const session = new Session();
    expect(session.rule('classification', 'p(x) :- not r(x), q(x)')).toEqual({
      id: 'rule-1',
      printed: 'p(x) :-\n  not r(x),\n  q(x)',
      name: null,
      comment: '',
    });
    const [rule] = session.catalog.rules(session.catalog.policyByName('classification')!.id);
    expect(rule!.text).toBe('p(x) :- not r(x), q(x)');
    expect(formulas(session, 'classification')).toEqual(['p(x) :- q(x), not r(x)']);
  });

  it('finds the policy by id', () => {
    const session = new Session();
    session.rule('classification-id', 'p(1)');
    expect(formulas(session, 'classification')).toEqual(['p(1)']);
  });

  it('fills in columns of a data source by name and by position', () => {
    const session = new Session();
    session.dataSource('nova', { servers: ['id', 'name', 'up'] });
    session.rule('classification', 'p(x) :- nova:servers(name=x)');
    session.rule('classification', 'r(x) :- nova:servers(x)');
    expect(formulas(session, 'classification')).toEqual([
      'p(x) :- nova:servers(x_00, x, x_02)',
      'r(x) :- nova:servers(x, x_01, x_02)',
    ]);
  });

  it('fills in positions of a table that another policy taught', () => {
    const session = new Session();
    session.policy('alice');
    session.rule('classification', 'p(x) :- alice:q(x, y)');
    session.rule('alice', 'r(x) :- q(x)');
    expect(formulas(session, 'alice')).toEqual(['r(x) :- q(x, x_01)']);
  });

  it('learns no arity for a policy that is not there yet', () => {
    const session = new Session();
    session.rule('classification', 'p(x) :- alice:q(x, y)');
    session.policy('alice');
    session.rule('alice', 'q(1, 2, 3)');
    expect(session.catalog.arityOf('alice', 'q')).toBe(3);
  });

  it('forgets an arity with the last statement that uses it', () => {
    const session = new Session();
    const { id } = session.rule('classification', 'p(1)');
    expect(refusal(session, () => session.rule('classification', 'p(1, 2)'))).toBeInstanceOf(RuleRefused);
    session.write(deleteRule('classification', id));
    session.rule('classification', 'p(1, 2)');
    expect(formulas(session, 'classification')).toEqual(['p(1, 2)']);
  });

  it.each([
    ['p(x) :- ', SyntaxProblem],
    ['', EmptyRule],
    ['  // nothing\n', EmptyRule],
    ['p(1) q(1)', MultipleRules],
    ['p(x) :- q(y)', RuleRefused],
    ['p(x)', RuleRefused],
    ['nova:p(x) :- q(x)', RuleRefused],
    ['p(x), q(x) :- r(x)', RuleRefused],
    ['insert[p(1) :- true]', RuleRefused],
    ['p(x) :- nobody:q(name=x)', RuleRefused],
    ['p(x) :- p(x)', RulesRecursive],
  ])('refuses `%s`', (text, problem) => {
    const session = new Session();
    expect(refusal(session, () => session.rule('classification', text))).toBeInstanceOf(problem);
  });

  it('names all statements of a text with several', () => {
    const session = new Session();
    expect(refusal(session, () => session.rule('classification', 'p(1) q(x) :- r(x)')).message).toBe(
      'Received multiple rules: p(1); q(x) :- r(x)',
    );
  });

  it.each([
    ['p(1)', 'p(1)'],
    ['p(1)', 'p(1.0)'],
    ['p(1)', 'execute[p(1)]'],
    ['p(x) :- q(x), r(x)', 'p(x) :- r(x), q(x)'],
    ['p(x) :- nova:servers(x)', 'p(x) :- nova:servers(id=x)'],
  ])('refuses as a duplicate: %s and %s', (first, second) => {
    const session = new Session();
    session.dataSource('nova', { servers: ['id', 'name'] });
    session.rule('classification', first);
    expect(refusal(session, () => session.rule('classification', second))).toBeInstanceOf(RuleAlreadyExists);
  });

  it.each([
    ['p(1)', 'p("1")'],
    ['p(x) :- q(x)', 'p(y) :- q(y)'],
    ['p(x) :- q(x)', 'p(x) :- q(x), q(x)'],
    ['execute[p(x)] :- q(x)', 'r(x) :- q(x)'],
  ])('takes both %s and %s', (first, second) => {
    const session = new Session();
    session.rule('classification', first);
    session.rule('classification', second);
    expect(formulas(session, 'classification')).toHaveLength(2);
  });

  it('takes the same statement in two policies', () => {
    const session = new Session();
    session.policy('alice', { rules: ['p(1)'] });
    session.rule('classification', 'p(1)');
    expect(formulas(session, 'classification')).toEqual(formulas(session, 'alice'));
  });

  it('refuses a cycle through several policies and says which', () => {
    const session = new Session();
    session.policy('alice', { rules: ['b(x) :- classification:a(x)'] });
    session.policy('bob', { rules: ['c(x) :- alice:b(x)'] });
    const problem = refusal(session, () => session.rule('classification', 'a(x) :- d(x), not bob:c(x)'));
    expect(problem).toBeInstanceOf(RulesRecursive);
    expect(problem.message).toBe('Rules are recursive');
    expect(new Set((problem as RulesRecursive).cycle)).toEqual(
      new Set(['alice:b', 'bob:c', 'classification:a']),
    );
  });

  it.each(['z3', 'materialized'])('lets a policy of kind %s recur, unless through negation', (kind) => {
    const session = new Session();
    session.policy('loop', { kind, rules: ['r(x, y) :- e(x, y)', 'r(x, z) :- r(x, y), e(y, z)'] });
    session.rule('loop', 'far(x) :- n(x), not r(x, ?)');
    const problem = refusal(session, () => session.rule('loop', 'e(x, y) :- n(x), n(y), not far(y)'));
    expect(problem).toBeInstanceOf(RulesUnstratified);
    expect(problem.message).toMatch(/^Rules are recursive through a negation or an aggregate: loop:\w+ -> /);
    expect(new Set((problem as RulesUnstratified).cycle)).toEqual(new Set(['loop:e', 'loop:far', 'loop:r']));
  });

  it('lets recursive kinds recur together, but not through a policy of another kind', () => {
    const session = new Session();
    session.policy('one', { kind: 'z3', rules: ['a(x) :- two:b(x)'] });
    session.policy('two', { kind: 'materialized', rules: ['b(x) :- one:a(x)'] });
    session.rule('classification', 'c(x) :- one:a(x)');
    const problem = refusal(session, () => session.rule('two', 'b(x) :- classification:c(x)'));
    expect(problem).toBeInstanceOf(RulesRecursive);
    expect(problem.message).toBe('Rules are recursive');
    expect((problem as RulesRecursive).cycle).toContain('classification:c');
  });

  it('lets a negated data source table leave out columns', () => {
    const session = new Session();
    session.dataSource('nova', { servers: ['id', 'name', 'status'] });
    session.rule('classification', 'gone(x) :- known(x), not nova:servers(id=x)');
    expect(formulas(session, 'classification')).toEqual(['gone(x) :- known(x), not nova:servers(x, ?, ?)']);
  });

  it('allows a chain again once the rule that closed it is deleted', () => {
    const session = new Session();
    const { id } = session.rule('classification', 'a(x) :- b(x)');
    expect(refusal(session, () => session.rule('classification', 'b(x) :- a(x)'))).toBeInstanceOf(
      RulesRecursive,
    );
    session.write(deleteRule('classification', id));
    session.rule('classification', 'b(x) :- a(x)');
  });

  it('refuses a data source before it reads the text, and an unknown policy after', () => {
    const session = new Session();
    session.dataSource('nova', { servers: ['id'] });
    expect(refusal(session, () => session.rule('nova', 'p('))).toBeInstanceOf(RulesNotPermitted);
    expect(refusal(session, () => session.rule('nope', 'p('))).toBeInstanceOf(SyntaxProblem);
    expect(refusal(session, () => session.rule('nope', 'p(x)'))).toBeInstanceOf(PolicyOfRuleNotFound);
  });

  it('checks a policy by its kind', () => {
    const session = new Session();
    session.policy('facts', { kind: 'database' });
    session.rule('facts', 'p(1)');
    expect(refusal(session, () => session.rule('facts', 'p(x) :- q(x)'))).toBeInstanceOf(RuleRefused);
    session.rule('action', 'p+(x, y) :- create(x)');
  });

  it('keeps a rule whose data source goes, and refuses column references to it from then on', () => {
    const session = new Session();
    session.dataSource('nova', { servers: ['id', 'name'] });
    session.rule('classification', 'p(x) :- nova:servers(name=x)');
    session.write(deleteDataSource('nova'));
    expect(formulas(session, 'classification')).toEqual(['p(x) :- nova:servers(x_00, x)']);
    expect(
      refusal(session, () => session.rule('classification', 'r(x) :- nova:servers(name=x)')),
    ).toBeInstanceOf(RuleRefused);
  });
});

describe('deleting a rule', () => {
  it('answers it as it was posted, under the name or the id of the policy', () => {
    const session = new Session();
    const before = viewOf(session.catalog);
    for (const policy of ['classification', 'classification-id']) {
      const { id } = session.rule('classification', 'p( 1 )');
      expect(session.write(deleteRule(policy, id))).toEqual({ id, text: 'p( 1 )', name: null, comment: '' });
      expect(viewOf(session.catalog)).toEqual(before);
    }
  });

  it('refuses an unknown rule and a rule of another policy', () => {
    const session = new Session();
    const { id } = session.rule('classification', 'p(1)');
    expect(refusal(session, () => session.write(deleteRule('classification-id', 'nope')))).toMatchObject({
      ruleId: 'nope',
      policyName: 'classification',
    });
    expect(refusal(session, () => session.write(deleteRule('action', id)))).toBeInstanceOf(RuleNotFound);
  });

  it('refuses an unknown policy; a data source is one without rules', () => {
    const session = new Session();
    session.dataSource('nova', { servers: ['id'] });
    expect(refusal(session, () => session.write(deleteRule('nope', 'x')))).toBeInstanceOf(
      PolicyOfRuleNotFound,
    );
    expect(refusal(session, () => session.write(deleteRule('nova', 'x')))).toBeInstanceOf(RuleNotFound);
  });
});
