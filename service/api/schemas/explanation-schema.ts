import { z } from 'zod';
import { component } from './component.ts';

/** The answer of an explanation (docs/EXPLANATION.md). */

const value = z.union([z.string(), z.number()]);
const rule = z.strictObject({ id: z.string(), policy: z.string(), text: z.string() });
const stored = z
  .union([
    z.strictObject({ kind: z.literal('fact'), rule: z.string() }),
    z.strictObject({ kind: z.literal('data-source'), name: z.string() }),
  ])
  .nullable();

const rowFacts = {
  table: z.string(),
  row: z.array(value),
  stored,
  more: z.boolean().describe('there are derivations that are not listed'),
  cut: z.enum(['seen', 'depth', 'size', 'search']).nullable(),
};

const explainedRow = component(
  'ExplainedRow',
  z.strictObject({
    ...rowFacts,
    get derivations() {
      return z.array(derivation);
    },
  }),
);

const derivation: z.ZodType = component(
  'Derivation',
  z.strictObject({
    rule,
    instance: z.string(),
    contributes: z.boolean().describe('one of the instances that the aggregates are computed from'),
    get body() {
      return z.array(
        z.strictObject({
          kind: z.enum(['row', 'absent', 'builtin']),
          literal: z.string(),
          because: explainedRow.optional(),
        }),
      );
    },
  }),
);

const failure: z.ZodType = component(
  'RuleFailure',
  z.strictObject({
    rule,
    get failing() {
      return z.strictObject({ index: z.int(), literal: z.string(), examples: z.array(example) }).nullable();
    },
  }),
);

const example: z.ZodType = component(
  'FailureExample',
  z.strictObject({
    bindings: z.record(z.string(), value),
    instance: z.string(),
    because: explainedRow.nullable(),
    get missing() {
      return z.array(failure).nullable();
    },
    computed: z.array(z.array(value)).nullable(),
  }),
);

export const explanationSchema = component(
  'Explanation',
  z.union([
    z.strictObject({ holds: z.literal(true), ...rowFacts, derivations: z.array(derivation) }),
    z.strictObject({
      holds: z.literal(false),
      table: z.string(),
      row: z.array(value),
      rules: z.array(failure),
    }),
  ]),
);
