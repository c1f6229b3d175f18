import fc from 'fast-check';
import { DependencyGraph, dependenciesOf } from '../../service/datalog/dependency-graph.ts';
import { parse } from '../../service/datalog/parser.ts';
import type { Formula } from '../../service/datalog/tree.ts';

const tables = 'abcdef';
const anyRuleText = fc
  .record({
    head: fc.constantFrom(...tables),
    body: fc.array(fc.tuple(fc.boolean(), fc.constantFrom(...tables)), { minLength: 1, maxLength: 2 }),
  })
  .map(
    ({ head, body }) =>
      `${head} :- ${body.map(([negated, table]) => (negated ? 'not ' : '') + table).join(', ')}`,
  );
const anyRules = fc.array(anyRuleText, { maxLength: 8 });

function formulaOf(text: string): Formula {
  return parse(text)[0] as Formula;
}

function graphOf(texts: readonly string[]): DependencyGraph {
  const graph = new DependencyGraph();
  for (const text of texts) graph.add('test', formulaOf(text));
  return graph;
}

/** Table x depends on table y, by one rule or through others: the plain definition. */
function reaches(texts: readonly string[], from: string, to: string): boolean {
  const edges = texts.flatMap((text) => dependenciesOf('test', formulaOf(text)));
  const reached = new Set([from]);
  for (const table of reached) for (const edge of edges) if (edge.head === table) reached.add(edge.body);
  return edges.some(({ head, body }) => reached.has(head) && body === to);
}

describe('DependencyGraph', () => {
  it('finds a cycle exactly when a table depends on itself', () => {
    fc.assert(
      fc.property(anyRules, (texts) => {
        const isCyclic = [...tables].some((table) => reaches(texts, `test:${table}`, `test:${table}`));
        const cycle = graphOf(texts).findCycle();
        expect(cycle !== undefined).toBe(isCyclic);
        for (const [at, table] of (cycle ?? []).slice(1).entries())
          expect(reaches(texts, cycle?.[at] ?? '', table)).toBe(true);
        expect(cycle?.at(0)).toBe(cycle?.at(-1));
      }),
    );
  });

  it('answers about rules to come as if they were in, and stays as it is', () => {
    fc.assert(
      fc.property(anyRules, anyRules, (there, coming) => {
        fc.pre(graphOf(there).findCycle() === undefined);
        const graph = graphOf(there);
        const added = coming.flatMap((text) => dependenciesOf('test', formulaOf(text)));
        expect(graph.findCycle({ added }) !== undefined).toBe(
          graphOf([...there, ...coming]).findCycle() !== undefined,
        );
        expect(graph.findCycle()).toBeUndefined();
      }),
    );
  });

  it('where recursion is allowed, finds a cycle exactly when a negation lies on one', () => {
    fc.assert(
      fc.property(anyRules, (texts) => {
        const edges = texts.flatMap((text) => dependenciesOf('test', formulaOf(text)));
        const isUnstratified = edges.some(
          ({ head, body, negated }) => negated && (head === body || reaches(texts, body, head)),
        );
        expect(graphOf(texts).findCycle({ mayRecur: () => true }) !== undefined).toBe(isUnstratified);
      }),
    );
  });

  it('forgets a rule only when it was removed as often as it was added', () => {
    const graph = graphOf(['a :- b', 'a :- b, c', 'b :- a']);
    graph.remove('test', formulaOf('a :- b'));
    expect(graph.findCycle()).toBeDefined();
    graph.remove('test', formulaOf('a :- b, c'));
    expect(graph.findCycle()).toBeUndefined();
  });

  it('walks a chain of 10,000 rules', () => {
    const chain = Array.from({ length: 10_000 }, (_, i) => `p${i} :- p${i + 1}`);
    const graph = graphOf(chain);
    expect(graph.findCycle()).toBeUndefined();
    const added = dependenciesOf('test', formulaOf('p10000 :- p0'));
    expect(graph.findCycle({ added })).toHaveLength(10_002);
  });
});
