import { type Terminal, type Token, terminal } from './token.ts';

/**
 * Which kind of formula starts here? Congress's generated parser decides it with one automaton over as many
 * tokens as it takes, and reports the token at which the automaton gets stuck. The language has no nesting,
 * so the automaton is exact. It is written here as the grammar of one atom in three surroundings:
 *
 *     plain    atom            then  , or :-   a rule      anything else that may follow   a fact
 *     execute  execute[ atom ] then  the same
 *     event    insert[ atom    then  , or :-   an event    ]  then as plain
 *
 * Failed walks are remembered per (state, token): scanning again from a later token of a bad text ends at the
 * same place, and without the memory a hostile text would cost quadratic time.
 */
type FormulaKind = 'rule' | 'fact' | 'event';

export type Prediction =
  | { readonly kind: FormulaKind }
  | { readonly kind: 'stuck'; readonly tokenIndex: number };

export class FormulaPrediction {
  readonly #tokens: readonly Token[];
  readonly #stuckAt = new Map<number, number>();

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** Looks ahead from the token at `start`; the last token, the end of the text, is never passed. */
  predict(start: number): Prediction {
    let state = START;
    for (let index = start; ; index += 1) {
      const known = this.#stuckAt.get(index * STATES.length + state);
      if (known !== undefined) return this.#stuck(start, index, known);
      const target = STATES[state]?.get(this.#tokens[index]?.terminal ?? terminal.endOfText);
      if (target === undefined) return this.#stuck(start, index, index);
      if (typeof target === 'string') return { kind: target };
      state = target;
    }
  }

  /** Remembers the states walked through from `start` up to `end`. */
  #stuck(start: number, end: number, tokenIndex: number): Prediction {
    let state = START;
    for (let index = start; index <= end; index += 1) {
      this.#stuckAt.set(index * STATES.length + state, tokenIndex);
      const target = STATES[state]?.get(this.#tokens[index]?.terminal ?? terminal.endOfText);
      if (typeof target !== 'number') break;
      state = target;
    }
    return { kind: 'stuck', tokenIndex };
  }
}

type Target = number | FormulaKind;
type Transition = readonly [on: Terminal, target: Target];

const AFTER_FACT: readonly Transition[] = [
  [terminal.comma, 'rule'],
  [terminal.colonMinus, 'rule'],
  [terminal.identifier, 'fact'],
  [terminal.negation, 'fact'],
  [terminal.execute, 'fact'],
  [terminal.insert, 'fact'],
  [terminal.delete, 'fact'],
  [terminal.dot, 'fact'],
  [terminal.semicolon, 'fact'],
  [terminal.endOfText, 'fact'],
];

/** States are numbered in order of creation; the start state is 0. */
class Automaton {
  readonly states: Map<Terminal, Target>[] = [];

  constructor() {
    const start = this.#state([]);
    const afterBracket = this.#state(AFTER_FACT);
    const executed = this.#atom([[terminal.rightBracket, afterBracket]]);
    const changed = this.#atom([
      [terminal.rightBracket, afterBracket],
      [terminal.comma, 'event'],
      [terminal.colonMinus, 'event'],
    ]);
    const inExecute = this.#state([[terminal.identifier, executed]]);
    const inEvent = this.#state([
      [terminal.identifier, changed],
      [terminal.negation, 'event'],
      [terminal.execute, 'event'],
      [terminal.insert, 'event'],
      [terminal.delete, 'event'],
    ]);
    const afterEventWord = this.#state([[terminal.leftBracket, inEvent]]);
    this.#connect(start, [
      [terminal.identifier, this.#atom(AFTER_FACT)],
      [terminal.negation, 'rule'],
      [terminal.execute, this.#state([[terminal.leftBracket, inExecute]])],
      [terminal.insert, afterEventWord],
      [terminal.delete, afterEventWord],
    ]);
  }

  /** The states of one atom after its first identifier; `exits` is what may follow the atom. Returns the first. */
  #atom(exits: readonly Transition[]): number {
    const name = this.#state(exits);
    const value = this.#state([]);
    const columnOrValue = this.#state([]);
    const terms: readonly Transition[] = [
      [terminal.integer, columnOrValue],
      [terminal.identifier, columnOrValue],
      [terminal.float, value],
      [terminal.string, value],
    ];
    const ends: readonly Transition[] = [
      [terminal.comma, this.#state(terms)],
      [terminal.rightParenthesis, this.#state(exits)],
    ];
    const columnTerm = this.#state(terms.map(([on]) => [on, value]));
    const open = this.#state([...terms, ...ends.slice(1)]);
    const colon = this.#state([[terminal.identifier, name]]);
    this.#connect(name, [
      [terminal.colon, colon],
      [terminal.sign, this.#state([...exits, [terminal.leftParenthesis, open]])],
      [terminal.leftParenthesis, open],
    ]);
    this.#connect(value, ends);
    this.#connect(columnOrValue, [...ends, [terminal.equal, columnTerm]]);
    return name;
  }

  #state(transitions: readonly Transition[]): number {
    this.states.push(new Map(transitions));
    return this.states.length - 1;
  }

  #connect(state: number, transitions: readonly Transition[]): void {
    for (const [on, target] of transitions) this.states[state]?.set(on, target);
  }
}

const START = 0;
const STATES: readonly ReadonlyMap<Terminal, Target>[] = new Automaton().states;
