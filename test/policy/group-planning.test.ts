import fc from 'fast-check';
import type { Sequence } from '../../service/base/ids.ts';
import type { Json } from '../../service/base/json.ts';
import { Problem } from '../../service/base/problem.ts';
import { Catalog } from '../../service/policy/catalog.ts';
import { type Change, entitiesCreated } from '../../service/policy/change.ts';
import type { Write } from '../../service/policy/write.ts';
import { createDataSource } from '../../service/policy/writes/create-data-source.ts';
import { createPolicy } from '../../service/policy/writes/create-policy.ts';
import { deleteDataSource } from '../../service/policy/writes/delete-data-source.ts';
import { deletePolicy } from '../../service/policy/writes/delete-policy.ts';
import { deleteRule } from '../../service/policy/writes/delete-rule.ts';
import { ensureDefaultPolicies } from '../../service/policy/writes/ensure-default-policies.ts';
import { insertRule } from '../../service/policy/writes/insert-rule.ts';
import { contentsOf, viewOf } from './catalog-view.ts';
import { createdAt, policyNames, sampleDataSource, statements } from './sample-changes.ts';

const texts = [
  ...statements,
  'p(',
  'p(x)',
  'r(x) :- p(x)',
  'q(x) :- alice:p(x)',
  'p(x) :- nova:servers(name=x)',
  'p(1.0)',
];
const text = fc.constantFrom(...texts);
const name = fc.constantFrom(...policyNames);
let ids = 0;
const newRule = (posted: string) => ({ id: `r${ids++}`, text: posted, name: null, comment: '' });

const anyWrite: fc.Arbitrary<(catalog: Catalog) => Write<Json>> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(name, text).map(
      ([policy, posted]) =>
        () =>
          insertRule({ ...newRule(posted), policy }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(name, fc.array(text, { maxLength: 3 })).map(
      ([policy, rules]) =>
        () =>
          createPolicy({
            id: `p${ids++}`,
            name: policy,
            abbreviation: 'x',
            description: '',
            kind: 'nonrecursive',
            rules: rules.map(newRule),
          }),
    ),
  },
  { weight: 1, arbitrary: name.map((policy) => () => deletePolicy(policy)) },
  {
    weight: 2,
    arbitrary: fc.tuple(name, fc.nat(5)).map(([policy, position]) => (catalog: Catalog) => {
      const found = catalog.policyByName(policy);
      const rule = found && catalog.rules(found.id)[position];
      return deleteRule(policy, rule?.id ?? 'none');
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constant(() =>
      createDataSource({ ...sampleDataSource('nova', createdAt(0)), id: `d${ids++}` }),
    ),
  },
  { weight: 1, arbitrary: fc.constant(() => deleteDataSource('nova')) },
);

/** Plans the writes as a group commit does: each on the catalog with those before it. Answers what was planned. */
function planGroup(catalog: Catalog, writes: readonly Write<Json>[], sequence: number): readonly Change[] {
  const changes: Change[] = [];
  let ordinal = 0;
  for (const write of writes) {
    try {
      const planned = write.plan(catalog, { sequence: sequence as Sequence, ordinal });
      for (const change of planned.changes) {
        catalog.apply(change);
        changes.push(change);
        ordinal += entitiesCreated(change);
      }
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
    }
  }
  return changes;
}

describe('groups of planned writes', () => {
  it('leave no trace when they are taken back, fit when applied elsewhere, and load the same', () => {
    fc.assert(
      fc.property(fc.array(fc.array(anyWrite, { maxLength: 6 }), { maxLength: 8, size: 'max' }), (groups) => {
        const writer = new Catalog();
        const follower = new Catalog();
        const defaults = ensureDefaultPolicies({ classificationId: 'c', actionId: 'a' });
        for (const [index, group] of [[() => defaults], ...groups].entries()) {
          const before = viewOf(writer);
          const changes = planGroup(
            writer,
            group.map((write) => write(writer)),
            index + 1,
          );
          for (const change of [...changes].reverse()) writer.revert(change);
          expect(viewOf(writer)).toEqual(before);
          for (const change of changes) {
            writer.apply(change);
            follower.apply(change);
          }
        }
        const held = viewOf(writer);
        expect(viewOf(follower)).toEqual(held);
        expect(viewOf(Catalog.load(contentsOf(writer)))).toEqual(held);
        expect(writer.admissionContext().dependencies.findCycle()).toBeUndefined();
      }),
      { numRuns: 40 },
    );
  });
});
