import type { AdmissionResult } from '../../service/datalog/admission/admit.ts';
import { printStatement } from '../../service/datalog/printer.ts';
import { FakeCatalog } from '../datalog/fake-catalog.ts';
import vectors from './admission.json' with { type: 'json' };
import random from './admission-random.json' with { type: 'json' };

describe('statements are admitted as in OpenStack Congress', () => {
  it.each(vectors.admission)('$insert into $policy after $preload', (vector) => {
    const catalog = new FakeCatalog({
      policies: { test: 'nonrecursive', act: 'action', db: 'database' },
      dataSources: { nova: { q: ['id', 'name', 'status'] } },
    });
    for (const text of vector.preload) expect(catalog.insert(vector.policy, text).kind).toBe('admitted');
    const { accepted, changes, parked = 0, errors, message } = vector;
    expect(shown(catalog.insert(vector.policy, vector.insert))).toEqual(
      accepted ? { changes, parked } : { errors: (errors ?? [message ?? '']).map(sortedSets).sort() },
    );
  });

  it.each(random.cases.map((steps, at) => ({ at, steps })))('random texts, case $at', ({ steps }) => {
    const catalog = new FakeCatalog({
      policies: { test: 'nonrecursive', other: 'nonrecursive', db: 'nonrecursive', act: 'action' },
      dataSources: { nova: { q: ['id', 'name', 'status'], r: ['id', 'name'] }, neutron: { q: ['id'] } },
    });
    const answers = steps.map(({ policy, insert }) => ({ policy, insert, ...shown(catalog.insert(policy, insert)) }));
    expect(answers).toEqual(steps);
  });
});

/** Errors as a set: their order is arbitrary in Congress. */
function shown(result: AdmissionResult): object {
  if (result.kind === 'refused') return { errors: result.errors.map(sortedSets).sort() };
  return {
    changes: result.admitted.map(({ formula }) => printStatement(formula)),
    parked: result.parked.length,
  };
}

/** `(vars {'y', 'x'})` lists a set. */
function sortedSets(message: string): string {
  return message.replace(/\{('\w+'(, )?)+\}/g, (set) => `{${(set.match(/'\w+'/g) ?? []).sort().join(', ')}}`);
}
