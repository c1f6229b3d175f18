import type { AggregateFunction } from './tree.ts';

/**
 * The terminals of the language (reference 2.1) as small numbers, so that a set of them is one bit mask.
 * `endOfRule` is not a token: in a follow set it says that the rule being parsed may end here.
 */
export const terminal = {
  endOfText: 0,
  endOfRule: 1,
  identifier: 2,
  integer: 3,
  float: 4,
  string: 5,
  negation: 6,
  execute: 7,
  insert: 8,
  delete: 9,
  colonMinus: 10,
  comma: 11,
  leftParenthesis: 12,
  rightParenthesis: 13,
  leftBracket: 14,
  rightBracket: 15,
  equal: 16,
  sign: 17,
  dot: 18,
  colon: 19,
  semicolon: 20,
} as const;

export type Terminal = (typeof terminal)[keyof typeof terminal];

/** Wire names of the terminals in "expecting ..." and "missing ..." (reference 1.6). */
export const terminalNames: readonly string[] = [
  'EOF',
  '<EOR>',
  'ID',
  'INT',
  'FLOAT',
  'STRING',
  'NEGATION',
  "'execute'",
  "'insert'",
  "'delete'",
  'COLONMINUS',
  'COMMA',
  'LPAREN',
  'RPAREN',
  'LBRACKET',
  'RBRACKET',
  'EQUAL',
  'SIGN',
  "'.'",
  "':'",
  "';'",
];

/** One token. `line` counts from 1, `column` from 0 in code points; the end of the text has the text `<EOF>`. */
export interface Token {
  readonly terminal: Terminal;
  readonly text: string;
  readonly line: number;
  readonly column: number;
  /** Of an aggregate, which is read as one identifier. */
  readonly aggregate?: { readonly function: AggregateFunction; readonly over: readonly string[] };
}

/** Which texts are read: those of Congress to the letter, or those with our additions too. */
export type Dialect = 'congress' | 'extended';

/** A set of terminals: bit n is terminal n. */
export type TerminalSet = number;

export function terminalSet(...members: readonly Terminal[]): TerminalSet {
  return members.reduce<TerminalSet>((set, member) => set | (1 << member), 0);
}
