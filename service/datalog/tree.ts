import type { Value } from './value.ts';

/** The syntax tree of the policy language (Congress reference section 2.2). Plain data, never mutated. */

/**
 * A name that starts with `?` is anonymous: written `?`, it joins with nothing and occurs once in its statement.
 * In a negated literal it stands for any value.
 */
interface Variable {
  readonly kind: 'variable';
  readonly name: string;
}

export interface Constant {
  readonly kind: 'constant';
  readonly value: Value;
}

export type Term = Variable | Constant;

/** A column reference `name=term` or `0=term`; `column` is a name or a 0-based number. */
export interface ColumnArgument {
  readonly column: string | number;
  readonly term: Term;
}

export type Modal = 'execute' | 'insert' | 'delete';

/**
 * `[modal][policy:]table[+|-](args, column=term ...)`. `policy` is the text before the first `:`; further
 * colons and the update sign stay in `table`.
 */
export interface Atom {
  readonly modal: Modal | null;
  readonly policy: string | null;
  readonly table: string;
  readonly args: readonly Term[];
  readonly columnArgs: readonly ColumnArgument[];
}

export interface Literal {
  readonly negated: boolean;
  readonly atom: Atom;
}

export const aggregateFunctions = ['count', 'sum', 'min', 'max', 'avg'] as const;

export type AggregateFunction = (typeof aggregateFunctions)[number];

/**
 * Column `column` of the head holds a function of variables of the body, one value for each group (docs/DATALOG.md,
 * Aggregates). Only `count` may be over several variables. In the tree the head argument is the first of them.
 */
export interface Aggregate {
  readonly column: number;
  readonly function: AggregateFunction;
  /** Names, at least one. */
  readonly over: readonly string[];
}

/** `heads :- body`. Several heads and negated heads parse; admission refuses them (reference 2.4). */
export interface Rule {
  readonly kind: 'rule';
  readonly heads: readonly Literal[];
  readonly body: readonly Literal[];
  /** Of the only head, by column; absent, never empty, in a rule without. */
  readonly aggregates?: readonly Aggregate[];
}

/** A bodiless atom. Ground when it can be stored; a query text may hold variables. */
export interface Fact {
  readonly kind: 'fact';
  readonly atom: Atom;
}

/** `insert[formula; "target"]`; parses, but no public API accepts it. */
export interface Event {
  readonly kind: 'event';
  readonly operation: 'insert' | 'delete';
  readonly formula: Rule | Fact;
  readonly target: string | null;
}

export type Statement = Rule | Fact | Event;

/** What a policy stores: after column elimination and padding, one positive head, body in safe order. */
export type Formula = Rule | Fact;
