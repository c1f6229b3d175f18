import { Problem } from '../base/problem.ts';

/** The policy would have more rules than it may (413). */
export class PolicyFull extends Problem {
  readonly code = 'policy-full';
  readonly kind = 'exhausted';
  readonly rulesMax: number;

  constructor(rulesMax: number) {
    super(`a policy has at most ${rulesMax} rules`);
    this.rulesMax = rulesMax;
  }
}

/** The text of a rule is longer than it may be. */
export class RuleTooLong extends Problem {
  readonly code = 'rule-too-long';
  readonly kind = 'invalid';
  readonly lengthMax: number;

  constructor(lengthMax: number) {
    super(`the text of a rule has at most ${lengthMax} characters`);
    this.lengthMax = lengthMax;
  }
}
