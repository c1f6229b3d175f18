import type {
  Condition,
  Derivation,
  Explanation,
  FailureExample,
  RowNode,
  RuleFailure,
} from '../policy/explanation/explanation.ts';
import { type LosslessJson, losslessJson } from './lossless-json.ts';

/** The answer of an explanation (docs/EXPLANATION.md). */
export function explanationJson(explanation: Explanation): string {
  if (explanation.holds) return `${losslessJson({ holds: true, ...rowJson(explanation.because) })}\n`;
  const { table, row, rules } = explanation;
  return `${losslessJson({ holds: false, table, row, rules: rules.map(failureJson) })}\n`;
}

function rowJson({ table, row, stored, derivations, more, cut }: RowNode): {
  readonly [name: string]: LosslessJson;
} {
  return {
    table,
    row,
    stored:
      stored === null
        ? null
        : stored.kind === 'fact'
          ? { kind: stored.kind, rule: stored.ruleId }
          : { kind: stored.kind, name: stored.name },
    derivations: derivations.map(derivationJson),
    more,
    cut,
  };
}

function derivationJson({ rule, instance, contributes, body }: Derivation): LosslessJson {
  return { rule: { ...rule }, instance, contributes, body: body.map(conditionJson) };
}

function conditionJson(condition: Condition): LosslessJson {
  const { kind, literal } = condition;
  return condition.kind === 'row'
    ? { kind, literal, because: rowJson(condition.because) }
    : { kind, literal };
}

function failureJson({ rule, failing }: RuleFailure): LosslessJson {
  if (failing === null) return { rule: { ...rule }, failing: null };
  const { index, literal, examples } = failing;
  return {
    rule: { ...rule },
    failing: { index: BigInt(index), literal, examples: examples.map(exampleJson) },
  };
}

function exampleJson({ bindings, instance, because, missing, computed }: FailureExample): LosslessJson {
  return {
    bindings,
    instance,
    because: because === null ? null : rowJson(because),
    missing: missing === null ? null : missing.map(failureJson),
    computed,
  };
}
