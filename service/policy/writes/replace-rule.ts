import type { Json } from '../../base/json.ts';
import { entityBytesMax } from '../../base/limits.ts';
import { asIf } from '../as-if.ts';
import type { Catalog } from '../catalog.ts';
import type { Policy, StoredRule } from '../entities.ts';
import { ruleToEntity } from '../entity-json.ts';
import { entityBytes } from '../entity-size.ts';
import { admitRules, type NewRule, parsedOnce } from '../new-rules.ts';
import { EntityTooLarge, PolicyOfRuleNotFound, RuleAlreadyExists, RuleNotFound } from '../problems.ts';
import type { Write } from '../write.ts';
import type { StoredText } from './stored-text.ts';

/** What becomes of the rule; members that are absent stay as they are. */
export interface RuleReplacement {
  /** Id or name. */
  readonly policy: string;
  readonly rule: string;
  readonly text?: string;
  readonly name?: Json;
  readonly comment?: Json;
}

/**
 * Replaces text, name or comment of a rule in one step: no reader sees the policy without it. The new text is
 * admitted as if the old one were gone; id and place in the list stay. Answers the rule. Throws
 * PolicyOfRuleNotFound, RuleNotFound, and what insert-rule.ts throws.
 */
export function replaceRule(wanted: RuleReplacement): Write<StoredText> {
  const { text } = wanted;
  const replacement = { id: wanted.rule, text: text ?? '', name: null, comment: null };
  const statementsOf = parsedOnce([replacement]);
  return {
    name: 'replace-rule',
    plan(catalog) {
      const policy = catalog.policyByIdOrName(wanted.policy);
      if (policy === undefined) throw new PolicyOfRuleNotFound(wanted.policy);
      const before = catalog.rule(policy.id, wanted.rule);
      if (before === undefined) throw new RuleNotFound({ ruleId: wanted.rule, policyName: policy.name });
      const name = wanted.name === undefined ? before.name : wanted.name;
      const comment = wanted.comment === undefined ? before.comment : wanted.comment;
      const owner = { policyName: policy.name, rulesVersion: policy.rulesVersion };
      // A text that stays is not judged again: what it was made into then holds for it.
      const rule =
        text === undefined || text === before.text
          ? checkedSize({ ...before, name, comment })
          : admitted(catalog, {
              policy,
              before,
              wanted: { ...replacement, text, name, comment },
              statements: statementsOf(),
            });
      return { changes: [{ kind: 'rule-replaced', rule, before, owner }], result: textOf(rule) };
    },
  };
}

function textOf({ id, text, name, comment }: StoredRule): StoredText {
  return { id, text, name, comment };
}

function admitted(
  catalog: Catalog,
  given: {
    readonly policy: Policy;
    readonly before: StoredRule;
    readonly wanted: NewRule;
    readonly statements: ReturnType<ReturnType<typeof parsedOnce>>;
  },
): StoredRule {
  const { policy, before, wanted, statements } = given;
  const owner = { policyName: policy.name, rulesVersion: policy.rulesVersion };
  const [rule] = asIf(catalog, [{ kind: 'rule-deleted', rule: before, owner }], () =>
    admitRules(catalog, {
      policy,
      isNew: false,
      wanted: [wanted],
      statements,
      firstCreatedAt: before.createdAt,
    }),
  );
  if (rule === undefined) throw new RuleAlreadyExists(policy.name);
  return rule;
}

function checkedSize(rule: StoredRule): StoredRule {
  const bytes = entityBytes(ruleToEntity(rule));
  if (bytes > entityBytesMax) throw new EntityTooLarge({ entity: 'rule', bytes, bytesMax: entityBytesMax });
  return rule;
}
