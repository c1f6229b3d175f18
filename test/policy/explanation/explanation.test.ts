import type { Tuple } from '../../../service/datalog/value.ts';
import { explain } from '../../../service/policy/explanation/explain.ts';
import { SimulationSession } from '../../support/simulation-session.ts';

const limits = { depth: 50, width: 5 };

describe('an explanation', () => {
  const session = new SimulationSession([
    {
      name: 'net',
      rules: [
        'server("a", 1) server("b", 2) server("c", 5)',
        'ok("a")',
        'large(x) :- server(x, n), gteq(n, 2)',
        'bad(x) :- large(x), not ok(x), not ops:muted(x)',
        'bad(x) :- server(x, n), plus(n, 1, 3)',
      ],
    },
    { name: 'ops', rules: ['muted("c")'] },
  ]);
  const ask = (table: string, row: Tuple, wanted = limits) =>
    explain(session, { policy: 'net', table, row, limits: wanted });

  it('shows each rule that gives the row, down to the stored rows', () => {
    const explanation = ask('bad', ['b']);
    expect(explanation).toMatchObject({
      holds: true,
      because: {
        table: 'net:bad',
        row: ['b'],
        stored: null,
        more: false,
        derivations: [
          {
            rule: { policy: 'net', text: 'bad(x) :- large(x), not ok(x), not ops:muted(x)' },
            instance: 'bad("b") :- large("b"), not ok("b"), not ops:muted("b")',
            body: [
              {
                kind: 'row',
                literal: 'large("b")',
                because: {
                  derivations: [
                    {
                      instance: 'large("b") :- server("b", 2), gteq(2, 2)',
                      body: [
                        {
                          kind: 'row',
                          because: { row: ['b', 2n], stored: { kind: 'fact' }, derivations: [] },
                        },
                        { kind: 'builtin', literal: 'gteq(2, 2)' },
                      ],
                    },
                  ],
                },
              },
              { kind: 'absent', literal: 'not ok("b")' },
              { kind: 'absent', literal: 'not ops:muted("b")' },
            ],
          },
          { instance: 'bad("b") :- server("b", 2), plus(2, 1, 3)' },
        ],
      },
    });
  });

  it('of a missing row names the literal that fails, with what it has instead', () => {
    expect(ask('bad', ['c'])).toMatchObject({
      holds: false,
      rules: [
        {
          failing: {
            index: 2,
            literal: 'not ops:muted(x)',
            examples: [
              {
                bindings: { x: 'c' },
                instance: 'not ops:muted("c")',
                because: { table: 'ops:muted', row: ['c'], stored: { kind: 'fact' } },
              },
            ],
          },
        },
        {
          failing: {
            index: 1,
            literal: 'plus(n, 1, 3)',
            examples: [{ bindings: { x: 'c', n: 5n }, instance: 'plus(5, 1, 3)', computed: [[6n]] }],
          },
        },
      ],
    });
  });

  it('of a missing row goes on with the row that is missing for it', () => {
    expect(ask('bad', ['a'])).toMatchObject({
      rules: [
        {
          failing: {
            index: 0,
            literal: 'large(x)',
            examples: [
              {
                missing: [
                  {
                    failing: {
                      index: 1,
                      literal: 'gteq(n, 2)',
                      examples: [{ instance: 'gteq(1, 2)', computed: null }],
                    },
                  },
                ],
              },
            ],
          },
        },
        { failing: { index: 1 } },
      ],
    });
  });

  it('is cut where it is deeper or wider than asked for, and says so', () => {
    expect(ask('bad', ['b'], { depth: 0, width: 1 })).toMatchObject({
      because: {
        more: true,
        derivations: [{ body: [{ because: { cut: 'depth', more: true, derivations: [] } }, {}, {}] }],
      },
    });
  });

  it('of an aggregate lists what it is computed from, and what it comes to instead', () => {
    const other = new SimulationSession([
      { name: 'net', rules: ['vm("a", 1) vm("a", 2) vm("b", 3)', 'size(o, count(v)) :- vm(o, v)'] },
    ]);
    const asked = (row: Tuple) => explain(other, { policy: 'net', table: 'size', row, limits });
    expect(asked(['a', 2n])).toMatchObject({
      because: {
        derivations: [
          {
            contributes: true,
            instance: 'size("a", 2) :- vm("a", 1)',
            body: [{ because: { row: ['a', 1n] } }],
          },
          {
            contributes: true,
            instance: 'size("a", 2) :- vm("a", 2)',
            body: [{ because: { row: ['a', 2n] } }],
          },
        ],
      },
    });
    expect(asked(['a', 3n])).toMatchObject({
      holds: false,
      rules: [
        {
          failing: {
            index: 1,
            literal: 'the aggregates come to other values',
            examples: [{ instance: 'size("a", 2)' }],
          },
        },
      ],
    });
    expect(asked(['c', 1n])).toMatchObject({ rules: [{ failing: { index: 0, literal: 'vm(o, v)' } }] });
  });

  it('of a recursive row is finite, where the first rule that gives it leads back to it', () => {
    const graph = new SimulationSession([
      {
        name: 'net',
        kind: 'materialized',
        rules: [
          'edge("a", "b") edge("b", "a")',
          'path(x, y) :- path(x, z), edge(z, y)',
          'path(x, y) :- edge(x, y)',
        ],
      },
    ]);
    const direct = { derivations: [{ instance: 'path("a", "b") :- edge("a", "b")' }] };
    const asked = (row: Tuple) => explain(graph, { policy: 'net', table: 'path', row, limits });
    expect(asked(['a', 'b'])).toMatchObject({ because: direct });
    expect(asked(['a', 'a'])).toMatchObject({
      because: {
        derivations: [
          { instance: 'path("a", "a") :- path("a", "b"), edge("b", "a")', body: [{ because: direct }, {}] },
        ],
      },
    });
  });

  it('names the rows of a data source as such', () => {
    const other = new SimulationSession([{ name: 'net', rules: ['up(x) :- nova:servers(x)'] }]);
    other.session.dataSource('nova', { servers: ['id'] });
    other.follow();
    other.engine.apply([
      { kind: 'replace-table', policy: 'nova', table: 'servers', arity: 1, rows: [['s']] },
    ]);
    expect(explain(other, { policy: 'net', table: 'up', row: ['s'], limits })).toMatchObject({
      because: { derivations: [{ body: [{ because: { stored: { kind: 'data-source', name: 'nova' } } }] }] },
    });
  });
});
