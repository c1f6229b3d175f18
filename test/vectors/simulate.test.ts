import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RuleAlreadyExists, RuleRefused } from '../../service/policy/problems.ts';
import { SimulationRefused } from '../../service/policy/simulation/problems.ts';
import { type PolicyTexts, SimulationSession } from '../support/simulation-session.ts';
import { projectRoot } from '../support/source-tree.ts';

interface Vector {
  readonly policy: readonly string[];
  readonly actionPolicy: string;
  readonly query: string;
  readonly sequence: string;
  readonly delta: boolean;
  readonly result?: readonly string[];
  readonly error?: { readonly message: string };
}

const { simulate: vectors } = JSON.parse(
  readFileSync(join(projectRoot, 'test/vectors/simulate.json'), 'utf8'),
) as { readonly simulate: readonly Vector[] };

describe('a simulation', () => {
  it.each(vectors)('of $sequence answers $query as Congress does', (vector) => {
    const session = new SimulationSession([
      { name: 'q', rules: vector.policy },
      { name: 'act', kind: 'action', rules: [vector.actionPolicy] },
    ]);
    const before = session.picture();
    const { query, sequence, delta } = vector;
    if (vector.error === undefined) {
      expect(session.simulate({ query, sequence, delta })).toEqual([...vector.result!].sort());
    } else {
      expect(() => session.simulate({ query, sequence, delta })).toThrow(
        new SimulationRefused(vector.error.message),
      );
    }
    expect(session.picture()).toEqual(before);
  });
});

interface RandomVector {
  readonly policies: readonly PolicyTexts[];
  readonly query: string;
  readonly sequence: string;
  readonly delta: boolean;
  readonly result: readonly string[];
}

const { simulate: randomVectors } = JSON.parse(
  readFileSync(join(projectRoot, 'test/vectors/simulate-random.json'), 'utf8'),
) as { readonly simulate: readonly RandomVector[] };

/** Which identifier is which follows from an order that Congress leaves to chance. */
const nameless = (answers: readonly string[]) => answers.map((text) => text.replace(/uuid-\d+/g, 'uuid')).sort();

describe('a random simulation', () => {
  it.each(randomVectors)('of $sequence answers $query as Congress did', (vector) => {
    const session = new SimulationSession(vector.policies.map((policy) => ({ ...policy, rules: [] })));
    for (const { name, rules } of vector.policies) for (const text of rules) insertIfAllowed(session, name, text);
    session.follow();
    const before = session.picture();
    expect(nameless(session.simulate(vector))).toEqual(nameless(vector.result));
    expect(session.picture()).toEqual(before);
  });
});

/** The texts are random: Congress refused some of them too. */
function insertIfAllowed(session: SimulationSession, policy: string, text: string): void {
  try {
    session.insert(policy, text);
  } catch (error) {
    if (!(error instanceof RuleRefused) && !(error instanceof RuleAlreadyExists)) throw error;
  }
}
