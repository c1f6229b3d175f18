/**
 * What a client did to one small object and what it was told. Objects: a policy by name (its rules by the ids
 * of the operations that inserted them), and the one shared table.
 */
export interface HistoryEvent {
  readonly id: string;
  readonly object: string;
  readonly action: Action;
  /** Moments of asking and of the last answer; `returned` is null when there was none, or none that tells. */
  readonly called: number;
  readonly returned: number | null;
  readonly outcome: Outcome;
}

export type Action =
  | { readonly kind: 'create'; readonly policy: string; readonly rules: readonly string[] }
  | { readonly kind: 'delete' }
  | { readonly kind: 'insert'; readonly rule: string }
  | { readonly kind: 'remove'; readonly rule: string }
  | { readonly kind: 'replace'; readonly rows: string }
  | { readonly kind: 'read' };

export type Outcome =
  | { readonly kind: 'done' }
  /** Refused with the code of a Problem, which says something about the object. */
  | { readonly kind: 'refused'; readonly code: string }
  /** Certainly not done. */
  | { readonly kind: 'not-done' }
  /** Done or not, now or later. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'read'; readonly state: string };

/** State of an object as text: `-` when there is none, else `<policy>[<rule>,<rule>]` or the rows. */
export const absent = '-';

export function policyState(policy: string, rules: readonly string[]): string {
  return `${policy}[${[...rules].sort().join(',')}]`;
}
