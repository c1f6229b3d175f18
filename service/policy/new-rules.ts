import type { RuleId } from '../base/ids.ts';
import type { Json } from '../base/json.ts';
import { entityBytesMax } from '../base/limits.ts';
import type { Problem } from '../base/problem.ts';
import { type AdmissionResult, admit } from '../datalog/admission/admit.ts';
import { printStatement } from '../datalog/printer.ts';
import { parseProgram } from '../datalog/program-text.ts';
import type { Statement } from '../datalog/tree.ts';
import type { Catalog } from './catalog.ts';
import type { CreatedAt, Policy, StoredRule } from './entities.ts';
import { ruleToEntity } from './entity-json.ts';
import { entityBytes } from './entity-size.ts';
import {
  EmptyRule,
  EntityTooLarge,
  MultipleRules,
  RuleRefused,
  RulesRecursive,
  RulesUnstratified,
} from './problems.ts';

/** A rule as it is posted. */
export interface NewRule {
  /** Used when the rule becomes part of the policy; new. */
  readonly id: string;
  readonly text: string;
  readonly name: Json;
  readonly comment: Json;
}

/**
 * Gives the one statement of each text, in order; throws the problem of the first text that has not exactly one:
 * SyntaxProblem, EmptyRule, MultipleRules (Congress reference 1.6). Parses when first asked, once, however often
 * a write is planned.
 */
export function parsedOnce(wanted: readonly NewRule[]): () => readonly Statement[] {
  let statements: readonly Statement[] | null = null;
  return () => {
    statements ??= wanted.map(({ text }) => statementIn(text));
    return statements;
  };
}

function statementIn(text: string): Statement {
  const statements = parseProgram(text);
  const [statement] = statements;
  if (statement === undefined) throw new EmptyRule();
  if (statements.length > 1) throw new MultipleRules(statements.map(printStatement));
  return statement;
}

function refusal({ errors, cycle, isUnstratified }: Refused): Problem {
  if (cycle === null) return new RuleRefused(errors);
  return isUnstratified === true ? new RulesUnstratified(cycle) : new RulesRecursive(cycle);
}

type Refused = Extract<AdmissionResult, { readonly kind: 'refused' }>;

export interface Admission {
  /** Where the rules go; it is in the catalog or is about to be. */
  readonly policy: Policy;
  readonly isNew: boolean;
  readonly wanted: readonly NewRule[];
  /** Of `wanted`, from {@link parsedOnce}. */
  readonly statements: readonly Statement[];
  /** Of the first rule; the others follow. */
  readonly firstCreatedAt: CreatedAt;
}

/**
 * The rules that become part of the policy, all or none; those that it has already or that come twice are left
 * out (Congress reference 2.9). Throws RuleRefused, RulesRecursive, RulesUnstratified, EntityTooLarge.
 */
export function admitRules(catalog: Catalog, admission: Admission): readonly StoredRule[] {
  const { policy, isNew, wanted, statements, firstCreatedAt } = admission;
  const context = catalog.admissionContext(isNew ? policy : undefined);
  const result = admit({ policy: policy.name, statements }, context);
  if (result.kind === 'refused') throw refusal(result);
  return result.admitted.map(({ index, formula }, position) => {
    const { id, text, name, comment } = wanted[index]!;
    const createdAt = { ...firstCreatedAt, ordinal: firstCreatedAt.ordinal + position };
    const rule = { id: id as RuleId, policyId: policy.id, text, name, comment, formula, createdAt };
    const bytes = entityBytes(ruleToEntity(rule));
    if (bytes > entityBytesMax) throw new EntityTooLarge({ entity: 'rule', bytes, bytesMax: entityBytesMax });
    return rule;
  });
}
