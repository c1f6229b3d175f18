import fc from 'fast-check';
import { parse } from '../../../service/datalog/parser.ts';
import { printStatement } from '../../../service/datalog/printer.ts';
import type { Overlay } from '../../../service/engine/overlay/overlay.ts';
import { type Simulated, simulate } from '../../../service/policy/simulation/simulate.ts';
import { SimulationSession } from '../../support/simulation-session.ts';

const base = [
  'p(1, 2) p(2, 3) p("a", 1) q(1) q("a")',
  'd(x) :- p(x, y), not q(y)',
  'e(x, y) :- p(x, y), d(y)',
  'g(x) :- d(x), lt(x, 3)',
];
const actions = [
  'action("put") action("swap")',
  'p+(x, y) :- put(x, y)',
  'q-(x) :- put(x, y), q(x)',
  'p+(y, x) :- swap(x), p(x, y)',
  'p-(x, y) :- swap(x), p(x, y)',
  'result(y) :- swap(x), p(x, y)',
];
const queries = ['d(x)', 'e(x, y)', 'p(x, y)', 'g(x)', 'q(x)', 'ans(x) :- p(x, y), not g(y)'];

const value = fc.constantFrom('1', '2', '3', '"a"', '"new"');
const update = fc.oneof(
  fc.tuple(fc.constantFrom('p+', 'p-'), value, value).map(([table, x, y]) => `${table}(${x}, ${y})`),
  fc.tuple(fc.constantFrom('q+', 'q-', 'd+', 'd-'), value).map(([table, x]) => `${table}(${x})`),
  fc.constantFrom(
    'd-(x) :- p(x, y), not q(y)',
    'd+(x) :- q(x), p(x, x)',
    'g+(x) :- e(x, y), not d(y)',
    'e+(x, y) :- p(y, x)',
    'e-(x, y) :- p(x, y), d(y)',
  ),
);
const action = fc.oneof(
  fc.tuple(value, value).map(([x, y]) => `put(${x}, ${y})`),
  value.map((x) => `swap(${x})`),
  fc.constantFrom('put(x, 3) :- result(x)', 'swap(x) :- q(x)', 'put(x, "k") :- d(x)'),
);
const failing = fc.constantFrom(
  'nonsense(1)',
  'put(x, 1)',
  'nope:p+(1)',
  'd+(x) :- d(x)',
  'w+(x) :- not p(x, x)',
);

function session(): SimulationSession {
  return new SimulationSession([
    { name: 'q', rules: base },
    { name: 'act', kind: 'action', rules: actions },
  ]);
}

/** Carries an update out for good, as a client would by the API. */
function carryOut(to: SimulationSession, text: string): void {
  const [statement] = parse(text);
  const head = printStatement(statement!);
  const table = /^\w+([+-])/.exec(head);
  const plain = head.replace(/^(\w+)[+-]/, '$1');
  const [formula] = parse(plain);
  const policy = to.catalog.policyByName('q')!;
  const stored = to.catalog.ruleOfStatement(policy.id, formula as never);
  if (table?.[1] === '+' && stored === undefined) to.insert('q', plain);
  if (table?.[1] === '-' && stored !== undefined) to.remove('q', stored.id);
  to.follow();
}

const numRuns = Number(process.env.ENGINE_RUNS ?? 50);

describe('a simulation', () => {
  it('answers what the same updates answer when they are made, in a server of their own', () => {
    fc.assert(
      fc.property(fc.array(update, { maxLength: 6 }), fc.constantFrom(...queries), (updates, query) => {
        const before = session();
        const after = session();
        for (const text of updates) carryOut(after, text);
        const sequence = updates.join(' ');
        const [formula] = parse(query);
        const wanted = after.engine
          .query('q', formula as never)
          .map(printStatement)
          .sort();
        expect(before.simulate({ query, sequence })).toEqual(wanted);
        const old = before.engine.query('q', formula as never).map(printStatement);
        const sign = (text: string, mark: string) => text.replace(/^(\w+)\(/, `$1${mark}(`);
        const delta = [
          ...wanted.filter((text) => !old.includes(text)).map((text) => sign(text, '+')),
          ...old.filter((text) => !wanted.includes(text)).map((text) => sign(text, '-')),
        ];
        expect(before.simulate({ query, sequence, delta: true })).toEqual(delta.sort());
      }),
      { numRuns },
    );
  });

  it('leaves everything as it was, also when it fails half-way', () => {
    let failures = 0;
    fc.assert(
      fc.property(
        fc.array(fc.oneof(update, action, failing), { maxLength: 8 }),
        fc.boolean(),
        (steps, trace) => {
          const held = session();
          const before = held.picture();
          try {
            held.simulate({ query: 'e(x, y)', sequence: steps.join(' '), delta: true, trace });
          } catch (error) {
            expect((error as Error).name).toBe('SimulationRefused');
            failures += 1;
          }
          expect(held.picture()).toEqual(before);
        },
      ),
      { numRuns },
    );
    expect(failures).toBeGreaterThan(numRuns / 4);
  });

  it('answers the same whatever ran before, and in whatever order rows came', () => {
    const left = session();
    const right = new SimulationSession([
      { name: 'q', rules: [...base.slice(1), ...base[0]!.split(/(?<=\)) /).reverse()] },
      { name: 'act', kind: 'action', rules: [...actions.slice(1), actions[0]!] },
    ]);
    fc.assert(
      fc.property(fc.array(fc.oneof(update, action), { maxLength: 6 }), (steps) => {
        const asked = { query: 'p(x, y)', sequence: steps.join(' ') };
        expect(left.simulate(asked)).toEqual(right.simulate(asked));
      }),
      { numRuns },
    );
  });
});

/** An engine whose overlays write through: what the checks above are there to notice. */
function leaking(session: SimulationSession): Simulated {
  return {
    catalog: session.catalog,
    engine: {
      withOverlay: (subject, work) =>
        session.engine.withOverlay(subject, (overlay) =>
          work(
            new Proxy(overlay, {
              get: (target, name) => {
                const member = Reflect.get(target, name) as unknown;
                if (name !== 'insertFact') return typeof member === 'function' ? member.bind(target) : member;
                return (fact: Parameters<Overlay['insertFact']>[0]) => {
                  session.engine.apply([{ kind: 'insert-fact', ...fact }]);
                  return target.insertFact(fact);
                };
              },
            }),
          ),
        ),
    },
  };
}

describe('the check that nothing is touched', () => {
  it('fails when the overlay lets a change through', () => {
    const held = session();
    const before = held.picture();
    const asked = { policy: 'q', actionPolicy: 'act', query: 'd(x)', delta: false, trace: false };
    simulate(leaking(held), { ...asked, sequence: 'p+(8, 9)', newUuid: () => 'id' });
    expect(held.picture()).not.toEqual(before);
  });

  it('fails when a change is let through by a simulation that is refused', () => {
    const held = session();
    const before = held.picture();
    const asked = { policy: 'q', actionPolicy: 'act', query: 'd(x)', delta: false, trace: false };
    expect(() =>
      simulate(leaking(held), { ...asked, sequence: 'p+(8, 9) nonsense(1)', newUuid: () => 'id' }),
    ).toThrow('non-action');
    expect(held.picture()).not.toEqual(before);
  });
});
