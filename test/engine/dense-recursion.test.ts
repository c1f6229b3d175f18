import { parse } from '../../service/datalog/parser.ts';
import type { Tuple, Value } from '../../service/datalog/value.ts';
import { Engine } from '../../service/engine/engine.ts';
import type { EngineChange } from '../../service/engine/engine-change.ts';
import { tupleKey } from '../support/oracle.ts';

const nodes = 90;
const closure = { policy: 'p', table: 'tc', arity: 2, modal: null } as const;

function rules(text: string): readonly EngineChange[] {
  return parse(text).flatMap((rule, at): readonly EngineChange[] =>
    rule.kind === 'rule' ? [{ kind: 'insert-rule', policy: 'p', ruleId: `r${at}`, rule }] : [],
  );
}

/** A graph large enough for its closure to leave the hash set for a bit matrix. */
function graph(): Tuple[] {
  const edges = new Map<string, Tuple>();
  let state = 42;
  const next = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return BigInt((state >>> 8) % nodes);
  };
  for (let at = 0; at < nodes * 2; at++) {
    const edge = [next(), next()];
    edges.set(edge.join(), edge);
  }
  return [...edges.values()];
}

function reachable(edges: readonly Tuple[]): readonly string[] {
  const next = new Map<Value, Tuple[]>();
  for (const edge of edges) next.set(edge[0]!, [...(next.get(edge[0]!) ?? []), edge]);
  const found: string[] = [];
  for (const from of next.keys()) {
    const seen = new Set<Value>();
    const stack = [from];
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      for (const [, to] of next.get(at) ?? []) {
        if (seen.has(to!)) continue;
        seen.add(to!);
        stack.push(to!);
        found.push(tupleKey([from, to!]));
      }
    }
  }
  return found.sort();
}

function loaded(text: string, edges: readonly Tuple[]): Engine {
  const engine = new Engine();
  engine.apply([
    ...rules(text),
    { kind: 'replace-table', policy: 'ds', table: 'edge', arity: 2, rows: edges },
  ]);
  return engine;
}

describe.each([
  ['with the recursion on the left', 'tc(x, y) :- ds:edge(x, y) tc(x, y) :- tc(x, z), ds:edge(z, y)'],
  ['with the recursion twice', 'tc(x, y) :- ds:edge(x, y) tc(x, y) :- tc(x, z), tc(z, y)'],
  [
    'with a look into itself',
    'tc(x, y) :- ds:edge(x, y) tc(x, y) :- tc(x, z), ds:edge(z, y), not ds:gone(x) tc(x, y) :- tc(x, y), tc(y, x)',
  ],
])('a closure that is dense, %s', (_, text) => {
  it('is complete', () => {
    const edges = graph();
    const rows = loaded(text, edges).rows(closure).map(tupleKey).sort();
    expect(rows.length).toBeGreaterThan(4200);
    expect(rows).toEqual(reachable(edges));
  });

  it('is kept up to date afterwards', () => {
    const edges = graph();
    const engine = loaded(text, edges);
    engine.count(closure);
    for (let step = 0; step < 2; step++) {
      const deleted = edges.splice((step * 31) % edges.length, 1);
      const inserted: Tuple[] = [[BigInt(step), BigInt(nodes + step)]];
      edges.push(...inserted);
      engine.apply([{ kind: 'change-table', policy: 'ds', table: 'edge', arity: 2, deleted, inserted }]);
    }
    expect(engine.rows(closure).map(tupleKey).sort()).toEqual(reachable(edges));
    expect(engine.contains(closure, [BigInt(nodes + 9), 0n])).toBe(false);
  });
});
