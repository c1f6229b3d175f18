import { z } from 'zod';
import type { Json } from '../../base/json.ts';
import { rulesPerRequestMax, ruleTextLengthMax } from '../../base/limits.ts';
import { congressErrors } from '../congress-errors.ts';
import { BadRequest, WireError } from '../problems.ts';
import { component } from '../schemas/component.ts';

/** A rule text with what people say about it; `comment` is "" when absent. */
export interface NewRule {
  readonly text: string;
  readonly name: Json;
  readonly comment: Json;
}

/**
 * The schema that Congress validates policies with rules and library policies against (reference 1.5, 1.11):
 * nulls are not allowed in it, other members are.
 */
export const policyWithRulesSchema = component(
  'NewPolicyWithRules',
  z.looseObject({
    name: z.string().min(1).max(255),
    description: z.string().optional(),
    kind: z
      .enum(['database', 'nonrecursive', 'action', 'z3', 'materialized', 'delta', 'datasource'])
      .optional(),
    abbreviation: z.string().min(1).max(5).optional(),
    rules: z.array(
      z.looseObject({
        rule: z.string(),
        name: z.string().max(255).optional(),
        comment: z.string().max(255).optional(),
      }),
    ),
  }),
);

export type PolicyWithRules = z.infer<typeof policyWithRulesSchema>;

/** Throws WireError with the validator's findings as `error_data`, BadRequest when there are too many rules. */
export function policyWithRulesFrom(body: unknown): PolicyWithRules {
  const parsed = policyWithRulesSchema.safeParse(body);
  if (!parsed.success) {
    throw new WireError('Bad Request::Input policy item violates schema.', {
      status: 400,
      errorData: parsed.error.issues.map(issueText).join('\n'),
    });
  }
  const { rules } = parsed.data;
  if (rules.length > rulesPerRequestMax) {
    throw new BadRequest(`\`rules\` has ${rules.length} entries, at most ${rulesPerRequestMax} are taken`);
  }
  return parsed.data;
}

/** The rules of such a body. Throws WireError 1002. */
export function newRulesOf({ rules }: Pick<PolicyWithRules, 'rules'>): readonly NewRule[] {
  return rules.map(({ rule, name, comment }) => ({
    text: ruleText(rule),
    name: name ?? null,
    comment: comment ?? '',
  }));
}

/** Throws WireError 1002 when the text is longer than is taken. */
export function ruleText(text: string): string {
  if (text.length <= ruleTextLengthMax) return text;
  const { description, number, status } = congressErrors.ruleSyntax;
  const detail = `The rule has ${text.length} characters, at most ${ruleTextLengthMax} are taken`;
  throw new WireError(`${description}::${detail}`, { status, errorCode: number });
}

/** What an absent abbreviation stands for: the first five characters of the name. */
export function abbreviationOf(name: string): string {
  return [...name].slice(0, 5).join('');
}

function issueText(issue: { readonly path: readonly PropertyKey[]; readonly message: string }): string {
  return `${issue.path.map(String).join('.') || 'body'}: ${issue.message}`;
}
