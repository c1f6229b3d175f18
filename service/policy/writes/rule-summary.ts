import type { Json } from '../../base/json.ts';
import { prettyRule } from '../../datalog/pretty.ts';
import type { StoredRule } from '../entities.ts';

/** What a write answers about a rule it inserted: plain JSON, so that it can be remembered. */
export type RuleSummary = {
  readonly id: string;
  /** The text re-formatted as in Congress's answer to a POST (reference 1.6). */
  readonly printed: string;
  readonly name: Json;
  readonly comment: Json;
};

export function ruleSummary({ id, text, name, comment }: StoredRule): RuleSummary {
  return { id, printed: prettyRule(text), name, comment };
}
