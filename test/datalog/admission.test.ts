import { admit } from '../../service/datalog/admission/admit.ts';
import { parse } from '../../service/datalog/parser.ts';
import { printStatement } from '../../service/datalog/printer.ts';
import { FakeCatalog } from './fake-catalog.ts';

function world(): FakeCatalog {
  return new FakeCatalog({
    policies: { test: 'nonrecursive', loop: 'z3', round: 'z3', act: 'action', db: 'database' },
    dataSources: {
      nova: { q: ['id', 'name', 'status'], wide: Array.from({ length: 12 }, (_, i) => `c${i}`) },
    },
    recursivePolicies: ['loop', 'round'],
  });
}

/** Admitted statements as printed, or errors. */
function insert(catalog: FakeCatalog, policy: string, text: string): readonly string[] {
  const result = catalog.insert(policy, text);
  return result.kind === 'refused'
    ? result.errors
    : result.admitted.map(({ formula }) => printStatement(formula));
}

describe('column elimination', () => {
  it('does not let a fresh variable meet a variable of a column reference', () => {
    expect(insert(world(), 'test', 'p(x) :- nova:q(id=x, name=x_02)')).toEqual([
      'p(x) :- nova:q(x, x_02, x__02)',
    ]);
  });

  it('does not bind a missing head argument by accident', () => {
    const catalog = world();
    insert(catalog, 'test', 'u(1, 2) p(1, 2)');
    expect(insert(catalog, 'test', 'u(x) :- p(x)')).toEqual([
      'Variable x_01 found in head but not in body, rule u(x, x_01) :- p(x, x__01)',
    ]);
  });

  it('does not mix up the columns of two literals of a long rule', () => {
    const body = Array.from({ length: 12 }, (_, i) => `nova:wide(c0=a${i})`).join(', ');
    const [rule = ''] = insert(world(), 'test', `p(a0) :- ${body}`);
    const fresh = rule.match(/\bx_+\d+/g) ?? [];
    expect(fresh).toHaveLength(12 * 11);
    expect(new Set(fresh).size).toBe(12 * 11);
  });

  it('orders constants of different types', () => {
    const catalog = world();
    insert(catalog, 'test', 'p(1, 2, 3)');
    expect(insert(catalog, 'test', 'r(x) :- p("a", x), p(1, x), p(1.0, x), p(y, x)')).toEqual([
      'r(x) :- p("a", x, x_32), p(1, x, x_22), p(1.0, x, x_12), p(y, x, x_02)',
    ]);
  });

  it('refuses a statement that needs an unknown schema unless told to park it', () => {
    const statements = parse('p(x) :- unk:t(a=x) p(y) :- nova:zz(id=y)');
    expect(admit({ policy: 'test', statements }, world())).toEqual({
      kind: 'refused',
      errors: [
        'Literal unk:t(a=x) uses named arguments, but the schema is unknown.',
        'Literal nova:zz(id=y) uses unknown table zz.',
      ],
      cycle: null,
    });
    expect(admit({ policy: 'test', statements, incompleteSchema: 'park' }, world())).toEqual({
      kind: 'admitted',
      admitted: [],
      parked: [0, 1],
    });
  });
});

describe('admission', () => {
  it('takes all statements or none and names every problem of the step that fails', () => {
    const catalog = world();
    expect(insert(catalog, 'test', 'ok(1) a(x) :- b(y) c(x) f(1) :- not g(z)')).toEqual([
      'Variable x found in head but not in body, rule a(x) :- b(y)',
      'Fact not ground: c(x)',
      "Could not reorder rule f(1) :- not g(z).  Unsafe lits: not g(z) (vars {'z'})",
    ]);
    expect(insert(catalog, 'test', 'ok(1)')).toEqual(['ok(1)']);
  });

  it('leaves out what is there already and what comes twice', () => {
    const catalog = world();
    insert(catalog, 'test', 'p(1)');
    expect(insert(catalog, 'test', 'p(1.0) p(2) p(2) q(x) :- p(x), r(x) q(x) :- r(x), p(x)')).toEqual([
      'p(2)',
      'q(x) :- p(x), r(x)',
    ]);
  });

  it('refuses events', () => {
    expect(insert(world(), 'test', 'insert[p(1) :- true]')).toEqual([
      'Non-formula found: insert[p(1) :- true()]',
    ]);
  });

  it('refuses rules in a database policy', () => {
    expect(insert(world(), 'db', 'p(x) :- q(x)')).toEqual([
      'Non-atomic formula is not permitted: p(x) :- q(x)',
    ]);
  });

  it('lets an action policy define updates of other policies, in safe order', () => {
    expect(insert(world(), 'act', 'test:p+(x) :- not q(x), r(x)')).toEqual(['test:p+(x) :- r(x), not q(x)']);
    expect(insert(world(), 'act', 'p+(x) :- not q(x)')).toEqual([
      "Could not reorder rule p+(x) :- not q(x).  Unsafe lits: not q(x) (vars {'x'})",
    ]);
  });

  it('takes a builtin name without arguments for the builtin', () => {
    expect(insert(world(), 'test', 'p(x) :- q(x), lt()')).toEqual(['p(x) :- q(x), lt()']);
  });

  it('bounds the body of a rule', () => {
    const body = Array.from({ length: 1_001 }, () => 'q(x)').join(', ');
    expect(insert(world(), 'test', `p(x) :- ${body}`)).toEqual([
      'rule has 1001 body literals; at most 1000 are allowed',
    ]);
  });
});

describe('recursion', () => {
  it('is refused across policies, with the cycle', () => {
    const catalog = world();
    insert(catalog, 'test', 'a(x) :- loop:b(x)');
    insert(catalog, 'loop', 'b(x) :- act:c(x)');
    expect(catalog.insert('act', 'c(x) :- test:a(x)')).toEqual({
      kind: 'refused',
      errors: ['Rules are recursive'],
      cycle: ['act:c', 'test:a', 'loop:b', 'act:c'],
    });
  });

  it('is allowed among policies that may recur, unless through negation', () => {
    const catalog = world();
    expect(insert(catalog, 'loop', 'a(x) :- round:b(x), c(x)')).toHaveLength(1);
    expect(insert(catalog, 'round', 'b(x) :- loop:a(x)')).toEqual(['b(x) :- loop:a(x)']);
    expect(insert(catalog, 'loop', 'c(x) :- d(x), not a(x)')).toEqual([
      'Rules are recursive through a negation or an aggregate: loop:c -> loop:a -> loop:c',
    ]);
    expect(insert(catalog, 'loop', 'e(x) :- d(x), not a(x)')).toEqual(['e(x) :- d(x), not a(x)']);
  });

  it('does not see an action table as the data source table of that name', () => {
    expect(insert(world(), 'test', 'execute[nova:act(x)] :- nova:act(x)')).toHaveLength(1);
    expect(insert(world(), 'test', 'execute[act(x)] :- act(x)')).toEqual(['Rules are recursive']);
  });
});
