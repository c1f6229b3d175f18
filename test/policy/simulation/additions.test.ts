import { SimulationRefused } from '../../../service/policy/simulation/problems.ts';
import { traceOfRows } from '../../../service/policy/trace/traced-rows.ts';
import { SimulationSession } from '../../support/simulation-session.ts';

function session(): SimulationSession {
  return new SimulationSession([
    {
      name: 'q',
      rules: [
        'runs("a", "v1") runs("a", "v2") runs("b", "v3") app("a") app("b") app("c")',
        'size(x, count(v)) :- runs(x, v)',
        'large(x) :- size(x, n), gt(n, 2)',
        'empty(x) :- app(x), not runs(x, ?)',
        'names("x,y")',
        'name(n) :- names(t), builtin:split(t, ",", n)',
      ],
    },
    {
      name: 'act',
      kind: 'action',
      rules: [
        'action("drop") action("summarise")',
        'runs-(a, v) :- drop(a), runs(a, v)',
        'total+(count(v)) :- summarise(), runs(a, v)',
      ],
    },
  ]);
}

describe('a simulation with the additions to the language', () => {
  it.each([
    ['size(x, n)', 'runs+("a", "v9") runs+("c", "v8") runs-("b", "v3")', ['size("a", 3)', 'size("c", 1)']],
    ['large(x)', 'runs+("a", "v9")', ['large("a")']],
    ['empty(x)', 'runs-("b", "v3")', ['empty("b")', 'empty("c")']],
    ['empty(x)', 'drop("a")', ['empty("a")', 'empty("c")']],
    ['name(n)', 'names+("y,z") names-("x,y")', ['name("y")', 'name("z")']],
    ['lone(x)', 'lone+(x) :- app(x), not runs(x, ?)', ['lone("c")']],
    ['most(n)', 'most+(max(n)) :- size(x, n)', ['most(2)']],
    ['size(x, n)', 'size-(x, count(v)) :- runs(x, v)', []],
    ['total(n)', 'summarise()', ['total(3)']],
    [
      'lone(x) :- app(x), not runs(x, ?)',
      'runs-("b", "v3")',
      ['lone("b") :- app("b"), not runs("b", ?)', 'lone("c") :- app("c"), not runs("c", ?)'],
    ],
    ['p(x)', 'p+(-3)', ['p(-3)']],
  ])('answers %s after %s', (query, sequence, expected) => {
    expect(session().simulate({ query, sequence })).toEqual(expected);
  });

  it('says what changes', () => {
    const asked = { query: 'size(x, n)', sequence: 'runs+("a", "v9") runs-("b", "v3")', delta: true };
    expect(session().simulate(asked)).toEqual(['size+("a", 3)', 'size-("a", 2)', 'size-("b", 1)']);
  });

  it.each([
    ['n(count(x)) :- app(x)', '', /query cannot aggregate/],
    ['app(x)', 'drop(count(x)) :- app(x)', /action cannot aggregate/],
    ['size(x, n)', 'runs+(x, sum(n)) :- size(x, n)', /recursive/],
    ['size(x, n)', 'runs+("a", ?)', /needs a value for each column/],
  ])('refuses %s after %s', (query, sequence, why) => {
    expect(() => session().simulate({ query, sequence })).toThrow(SimulationRefused);
    expect(() => session().simulate({ query, sequence })).toThrow(why);
  });

  it('leaves the engine as it was', () => {
    const held = session();
    held.picture();
    const before = held.picture();
    held.simulate({ query: 'size(x, n)', sequence: 'runs+("c", "v8") size-(x, count(v)) :- runs(x, v)' });
    expect(held.picture()).toEqual(before);
  });

  it('is traced: groups as if they were stored, each result of a builtin', () => {
    const held = session();
    expect(traceOfRows(held, { policy: 'q', table: 'size' })).toContain('Exit: size("a", 2)');
    expect(traceOfRows(held, { policy: 'q', table: 'size' })).not.toContain('"v1"');
    const trace = traceOfRows(held, { policy: 'q', table: 'name' });
    expect(trace).toContain('Exit: name("x")');
    expect(trace).toContain('Exit: name("y")');
    expect(traceOfRows(held, { policy: 'q', table: 'empty' })).toContain('Found answer [empty("c")]');
  });
});
