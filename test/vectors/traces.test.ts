import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RuleAlreadyExists, RuleRefused } from '../../service/policy/problems.ts';
import { traceOfRows } from '../../service/policy/trace/traced-rows.ts';
import { type PolicyTexts, SimulationSession } from '../support/simulation-session.ts';
import { projectRoot } from '../support/source-tree.ts';

interface Vector {
  readonly policies: readonly PolicyTexts[];
  readonly rows: readonly { readonly table: string; readonly trace: string }[];
  readonly query: string;
  readonly sequence: string;
  readonly delta: boolean;
  readonly trace: string;
}

const { traces } = JSON.parse(readFileSync(join(projectRoot, 'test/vectors/traces.json'), 'utf8')) as {
  readonly traces: readonly Vector[];
};

/** The lines without regard to order, in which facts come by chance; why a builtin fails is told in the words of its language. */
function linesOf(trace: string): readonly string[] {
  return trace
    .split('\n')
    .filter((line) => !line.includes('Note: Error in builtin: '))
    .map((line) => line.replace(/uuid-\d+/g, 'uuid'))
    .map((line) => line.replace(/(?<=(?:Found answer|is|updates:|Last_results:|results\)|insertion\):|Actions:) )\[(.*)\]$/, sorted))
    .sort();
}

function sorted(_: string, list: string): string {
  return `[${list.split(/(?<=\)),|;/).sort().join(';')}]`;
}

function sessionOf(policies: readonly PolicyTexts[]): SimulationSession {
  const session = new SimulationSession(policies.map((policy) => ({ ...policy, rules: [] })));
  for (const { name, rules } of policies) {
    for (const text of rules) {
      try {
        session.insert(name, text);
      } catch (error) {
        // The texts are random: Congress refused some of them too.
        if (!(error instanceof RuleRefused) && !(error instanceof RuleAlreadyExists)) throw error;
      }
    }
  }
  session.follow();
  return session;
}

describe.each(traces)('the traces of $query after $sequence', ({ policies, rows, query, sequence, delta, trace }) => {
  const session = sessionOf(policies);

  it.each(rows)('tell of $table what Congress told', ({ table, trace: told }) => {
    expect(linesOf(traceOfRows(session, { policy: 'q', table }) ?? '')).toEqual(linesOf(told));
  });

  it('tell of the simulation what Congress told', () => {
    const simulation = session.simulation({ query, sequence, delta, trace: true });
    expect(linesOf(simulation.trace ?? '')).toEqual(linesOf(trace));
    expect(session.simulation({ query, sequence, delta }).answers.length).toBe(simulation.answers.length);
  });
});
