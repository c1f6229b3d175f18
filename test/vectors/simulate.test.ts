import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SimulationRefused } from '../../service/policy/simulation/problems.ts';
import { SimulationSession } from '../support/simulation-session.ts';
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
