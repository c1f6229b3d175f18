import { Problem } from '../base/problem.ts';

/** Which bound of {@link EngineOptions} was reached. */
export type EngineLimit = 'rows-per-relation' | 'steps' | 'time';

/**
 * An evaluation went past a bound. `subject` names the rule (its id) or the query that was being evaluated.
 * The engine stays usable: base tables are complete and the view concerned is computed again when next asked for.
 */
export class EngineLimitExceeded extends Problem {
  readonly code = 'engine-limit-exceeded';
  readonly kind = 'exhausted';
  readonly limit: EngineLimit;
  readonly maximum: number;
  readonly subject: string;

  constructor(facts: { readonly limit: EngineLimit; readonly maximum: number; readonly subject: string }) {
    super(`evaluation of \`${facts.subject}\` went past its ${facts.limit} limit of ${facts.maximum}`);
    this.limit = facts.limit;
    this.maximum = facts.maximum;
    this.subject = facts.subject;
  }
}

/**
 * A query, or a rule of a policy kind that skips the safety check, holds a negated literal or a builtin input
 * whose variables nothing binds (Congress reference 3.1: an internal error there).
 */
export class UnsafeEvaluation extends Problem {
  readonly code = 'unsafe-evaluation';
  readonly kind = 'invalid';
  readonly subject: string;

  constructor(subject: string) {
    super(
      `\`${subject}\` cannot be evaluated: a negated literal, builtin input or head has an unbound variable`,
    );
    this.subject = subject;
  }
}

/** A cycle of rules runs through a negation, so the program has no stratified meaning. `cycle` lists tables. */
export class UnstratifiedNegation extends Problem {
  readonly code = 'unstratified-negation';
  readonly kind = 'invalid';
  readonly cycle: readonly string[];

  constructor(cycle: readonly string[]) {
    super(`negation inside a recursive cycle: ${cycle.join(' -> ')}`);
    this.cycle = cycle;
  }
}

/** The tables that a simulation puts together read each other in a circle. */
export class RecursiveInclusion extends Problem {
  readonly code = 'recursive-inclusion';
  readonly kind = 'invalid';
  readonly table: string;

  constructor(table: string) {
    super(`table \`${table}\` depends on itself where action descriptions and policy meet`);
    this.table = table;
  }
}

/** A query rule aggregates. Its instances would not be those of its body; a policy rule has a table to ask for. */
export class AggregateInQuery extends Problem {
  readonly code = 'aggregate-in-query';
  readonly kind = 'invalid';

  constructor() {
    super('a query cannot aggregate: insert the rule into a policy and ask for its table');
  }
}
