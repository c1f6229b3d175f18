import { parse } from '../../service/datalog/parser.ts';
import type { Tuple } from '../../service/datalog/value.ts';
import { Engine } from '../../service/engine/engine.ts';
import type { EngineChange } from '../../service/engine/engine-change.ts';
import { tupleKey } from '../support/oracle.ts';

const policies = 12;

/** The same rule in many policies, with constants of its own in two places and one that all share. */
function rulesOf(at: number): readonly EngineChange[] {
  const text = `error(s, n) :- ds:server(s, t, "host-${at % 5}"), ds:port(s, n), ds:network(n, "open"),
    not shared:same(t, n), not ds:exempt(s, "e${at % 3}")`;
  return changes(`p${at}`, text);
}

function changes(policy: string, text: string): readonly EngineChange[] {
  return parse(text).flatMap((rule, at): readonly EngineChange[] =>
    rule.kind === 'rule' ? [{ kind: 'insert-rule', policy, ruleId: `${policy}-${at}`, rule }] : [],
  );
}

const shared = changes('shared', 'same(a, b) :- ds:grp(a, g), ds:grp(b, g)');

function change(table: string, inserted: readonly Tuple[], deleted: readonly Tuple[] = []): EngineChange {
  return {
    kind: 'change-table',
    policy: 'ds',
    table,
    arity: inserted[0]?.length ?? deleted[0]!.length,
    inserted,
    deleted,
  };
}

const rows: readonly EngineChange[] = [
  change(
    'server',
    Array.from({ length: 30 }, (_, at): Tuple => [`s${at}`, `t${at % 4}`, `host-${at % 5}`]),
  ),
  change(
    'port',
    Array.from({ length: 40 }, (_, at): Tuple => [`s${at % 30}`, `n${at % 7}`]),
  ),
  change(
    'network',
    Array.from({ length: 7 }, (_, at): Tuple => [`n${at}`, at % 3 === 0 ? 'closed' : 'open']),
  ),
  change('grp', [
    ['t0', 'g'],
    ['n1', 'g'],
    ['t1', 'h'],
  ]),
];

const steps: readonly EngineChange[] = [
  change('port', [['s1', 'n4']]),
  change('port', [], [['s2', 'n2']]),
  change('exempt', [
    ['s3', 'e1'],
    ['s4', 'e0'],
  ]),
  change('grp', [['n2', 'h']]),
  change('grp', [], [['n1', 'g']]),
  change('server', [['s1', 't3', 'host-4']], [['s6', 't2', 'host-1']]),
  change('network', [['n3', 'open']], [['n3', 'closed']]),
  change('exempt', [], [['s3', 'e1']]),
];

function answers(engine: Engine): readonly (readonly string[])[] {
  return Array.from({ length: policies }, (_, at) =>
    engine
      .rows({ policy: `p${at}`, table: 'error', arity: 2, modal: null })
      .map(tupleKey)
      .sort(),
  );
}

function built(...batches: (readonly EngineChange[])[]): Engine {
  const engine = new Engine();
  for (const batch of batches) engine.apply(batch);
  return engine;
}

const allRules = [...shared, ...Array.from({ length: policies }, (_, at) => rulesOf(at)).flat()];

describe('rules of the same shape in many policies', () => {
  it('are kept up to date together as if each were alone', () => {
    const engine = built(allRules, rows);
    answers(engine);
    const done: EngineChange[] = [];
    for (const step of steps) {
      engine.apply([step]);
      done.push(step);
      expect(answers(engine)).toEqual(answers(built(allRules, rows, done)));
    }
    expect(answers(engine).flat().length).toBeGreaterThan(20);
  });

  it('can come and go', () => {
    const engine = built(allRules, rows);
    answers(engine);
    engine.apply([{ kind: 'delete-rule', ruleId: 'p3-0' }, steps[0]!]);
    engine.apply([...changes('p3', 'error(s, n) :- ds:server(s, t, "host-2"), ds:port(s, n)'), steps[1]!]);
    engine.apply([steps[3]!]);
    const others = allRules.filter((rule) => !('ruleId' in rule && rule.ruleId === 'p3-0'));
    const third = changes('p3', 'error(s, n) :- ds:server(s, t, "host-2"), ds:port(s, n)');
    expect(answers(engine)).toEqual(answers(built(others, third, rows, [steps[0]!, steps[1]!, steps[3]!])));
  });
});
