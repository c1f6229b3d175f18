import { SimulationRefused } from '../../../service/policy/simulation/problems.ts';
import { SimulationSession } from '../../support/simulation-session.ts';

const rowsMax = 20_000;
const stepsMax = 3_000;

/** A large table and a view over it, filled in small portions so that no evaluation needs more steps than allowed. */
function largeSession(): SimulationSession {
  const session = new SimulationSession(
    [
      { name: 'q', rules: ['bad(x, o) :- server(x, o, n), net(n, p), not same(o, p)', 'same("u0", "u0")'] },
      {
        name: 'act',
        kind: 'action',
        rules: ['action("drop")', 'server-(x, o, n) :- drop(x), server(x, o, n)'],
      },
    ],
    { stepsMax },
  );
  const put = (table: string, rows: readonly (readonly string[])[]) =>
    session.engine.apply(rows.map((tuple) => ({ kind: 'insert-fact', policy: 'q', table, tuple })));
  put(
    'net',
    Array.from({ length: 100 }, (_, i) => [`n${i}`, `u${i % 10}`]),
  );
  session.engine.rows({ policy: 'q', table: 'bad', arity: 2, modal: null });
  for (let from = 0; from < rowsMax; from += 500) {
    put(
      'server',
      Array.from({ length: 500 }, (_, i) => [`s${from + i}`, `u${i % 7}`, `n${(from + i) % 100}`]),
    );
  }
  return session;
}

describe('a simulation on a large table', () => {
  const session = largeSession();

  it.each([
    ['server+("new", "u1", "n3")', ['bad+("new", "u1")']],
    ['drop("s7")', ['bad-("s7", "u0")']],
    ['same+("u1", "zz")', []],
    ['bad-(x, o) :- server(x, o, n), net(n, p), not same(o, p)', null],
  ])('visits rows in proportion to what %s changes', (sequence, expected) => {
    const asked = { query: 'bad(x, o)', sequence, delta: true };
    // Taking a rule out changes every row of the table.
    if (expected === null) expect(() => session.simulate(asked)).toThrow(SimulationRefused);
    else expect(session.simulate(asked)).toEqual(expected);
  });

  it('answers a point question as cheaply', () => {
    expect(session.simulate({ query: 'bad("s7", o)', sequence: 'drop("s8")' })).toEqual(['bad("s7", "u0")']);
  });

  it('names the limit when a query is too large, and works on', () => {
    // Indexes are kept, as after a query.
    const statistics = () => ({ ...session.engine.statistics(), bytes: 0 });
    const before = statistics();
    expect(() =>
      session.simulate({ query: 'ans(x, y) :- server(x, o, n), server(y, o, m)', sequence: '' }),
    ).toThrow(`evaluation of \`query\` went past its steps limit of ${stepsMax}`);
    expect(statistics()).toEqual(before);
    expect(session.simulate({ query: 'bad("s7", o)', sequence: '' })).toHaveLength(1);
  });
});
