import { absent, type HistoryEvent, policyState } from './history.ts';
import type { Step } from './linearizability.ts';

/** Texts of the rules by their names, as the clients made them up. */
export type RuleTexts = ReadonlyMap<string, string>;

const recursive: ReadonlyMap<string, string> = new Map([
  ['p(x) :- q(x)', 'q(x) :- p(x)'],
  ['q(x) :- p(x)', 'p(x) :- q(x)'],
]);

/** The policy of one name: created, filled, emptied, deleted, one step at a time. */
export function policyStep(texts: RuleTexts): Step {
  return (state, event) => {
    const { outcome, action } = event;
    if (outcome.kind === 'read') return outcome.state === state ? state : null;
    const present = parsed(state);
    const refusal = refusalOf(present, { action, texts });
    if (outcome.kind === 'refused') return outcome.code === refusal ? state : null;
    return refusal === null ? after(present, event) : null;
  };
}

/** The shared table: `-` until its data source is there. */
export const rowsStep: Step = (state, { action, outcome }) => {
  if (outcome.kind === 'read') return outcome.state === state ? state : null;
  const creates = action.kind === 'create';
  const refusal =
    creates === (state === absent) ? null : creates ? 'data-source-name-taken' : 'data-source-not-found';
  if (outcome.kind === 'refused') return outcome.code === refusal ? state : null;
  if (refusal !== null) return null;
  return action.kind === 'replace' ? action.rows : noRows;
};

/** A data source whose table was never filled. */
export const noRows = 'none';

interface Present {
  readonly policy: string;
  readonly rules: readonly string[];
}

function parsed(state: string): Present | null {
  if (state === absent) return null;
  const open = state.indexOf('[');
  const inside = state.slice(open + 1, -1);
  return { policy: state.slice(0, open), rules: inside === '' ? [] : inside.split(',') };
}

function refusalOf(
  present: Present | null,
  { action, texts }: { readonly action: HistoryEvent['action']; readonly texts: RuleTexts },
): string | null {
  switch (action.kind) {
    case 'create':
      return present === null ? null : 'policy-name-taken';
    case 'delete':
      return present === null ? 'policy-not-found' : null;
    case 'insert':
      return present === null ? 'policy-of-rule-not-found' : refusalOfRule(present, action.rule, texts);
    case 'remove':
      if (present === null) return 'policy-of-rule-not-found';
      return present.rules.includes(action.rule) ? null : 'rule-not-found';
    default:
      throw new Error(`a policy knows no ${action.kind}`);
  }
}

/** Recursion is looked for before a rule that is there already. */
function refusalOfRule({ rules }: Present, rule: string, texts: RuleTexts): string | null {
  const text = texts.get(rule) ?? '';
  const present = new Set(rules.map((name) => texts.get(name)));
  if (present.has(recursive.get(text)) && recursive.has(text)) return 'rules-recursive';
  return present.has(text) ? 'rule-already-exists' : null;
}

function after(present: Present | null, { action }: HistoryEvent): string {
  switch (action.kind) {
    case 'create':
      return policyState(action.policy, action.rules);
    case 'delete':
      return absent;
    case 'insert':
      return policyState(present!.policy, [...present!.rules, action.rule]);
    case 'remove':
      return policyState(
        present!.policy,
        present!.rules.filter((name) => name !== action.rule),
      );
    default:
      throw new Error(`a policy knows no ${action.kind}`);
  }
}
