/**
 * What a person can do about a problem of a text, by the words in which it is told (Congress's, which are on the wire
 * and say what the machine met, not what to do), and by what stands before it in its line. The first pattern that fits
 * counts.
 */
export function hintFor(message: string, before = ''): string {
  if (/\d$/.test(before) && /at character|loop did not match/.test(message)) return numberHint;
  const found = hints.find(([pattern]) => pattern.test(message));
  return found?.[1] ?? 'a statement is a fact, or a head, `:-` and literals with `,` between them';
}

const numberHint = 'numbers are written 12, 1.5 or 1e3, without zeros in front';

const hints: readonly (readonly [RegExp, string])[] = [
  // Characters.
  [/mismatched character '<EOF>' expecting '\\n'/, 'a comment needs a line end after it'],
  [/mismatched character '<EOF>' expecting '[*/]'/, 'close the comment with `*/`'],
  [
    /mismatched character|at character ('"'|"'"|'\\\\')/,
    'text begins and ends with the same quote, on one line',
  ],
  [/loop did not match/, numberHint],
  [/at character '<EOF>'/, 'the text ends within a word, a number or a comment'],
  [/at character/, 'this character has no meaning here; text stands in quotes'],
  [/is not written in decimal/, 'write the number in decimal'],
  // Words.
  [/at input '-'|at input '\+'/, 'a negative number is written without a space, as in -5'],
  [
    /at input '\('/,
    'arguments are not nested; only an aggregate may be one, in the head of a rule: count(x)',
  ],
  [/at input '\)'/, 'an argument is missing before `)`'],
  [/at input ','/, 'something is missing before `,`'],
  [/at input '(:-)'/, 'one head stands before `:-` and at least one literal after it'],
  [/at input '='/, 'a column is written name=value or number=value, with the name of the column first'],
  [/at input '(not|NOT|!)'/, '`not` stands before a literal in a body'],
  [
    /at input '(execute|insert|delete)'/,
    '`execute`, `insert` and `delete` are no names; write execute[service:action(x)]',
  ],
  [/at input '[.;]'/, 'something is missing before the end of the statement'],
  [/at input '<EOF>'/, 'the text ends too soon: something is missing at its end'],
  [
    /at input ('["'\d]|"')/,
    'here a name is wanted, or a `,` before; text and numbers stand between parentheses',
  ],
  [
    /at input '[A-Za-z_.]/,
    'close the arguments with `)`, and put `,` between arguments and between literals',
  ],
  [/expecting RPAREN/, 'close the arguments with `)`, and put `,` between them'],
  [/expecting RBRACKET|missing RBRACKET/, 'close with `]`'],
  [/expecting LBRACKET/, 'write execute[service:action(x)]'],
  [/expecting COLONMINUS/, 'after the head comes `:-`'],
  [/expecting ID/, 'here the name of a table is wanted: letters, digits, `_` and `.`'],
  [/expecting STRING/, 'here text in quotes is wanted'],
  // Columns.
  [/positional parameter after a reference/, 'arguments by position come before those by name'],
  [
    /multiple values for column|is already provided by position|also referenced by|already has reference/,
    'give each column once',
  ],
  [/column name .* does not exist/, 'see the schema of the data source for its columns'],
  [/column index .* is too large|columns are counted from 0/, 'columns are counted from 0'],
  [
    /schema is unknown/,
    'there is no data source and no policy of this name; create it first, or write all columns by position',
  ],
  [/uses unknown table/, 'see the schema of the data source for its tables'],
  [
    /does not reference a datasource policy/,
    'only tables of data sources have columns with names; use positions',
  ],
  [/arguments but exactly/, 'a table has as many columns as in its first use'],
  // Rules.
  [
    /found in head but not in body/,
    'give the variable a value in the body, or write a constant; text stands in quotes',
  ],
  [
    /Could not reorder rule/,
    'each of these variables needs a value from a literal that is neither negated nor a builtin; under `not` write `?` for any value',
  ],
  [/Fact not ground/, 'a fact has no variables: put text in quotes, or add `:-` and a body'],
  [/should not reference any policy/, 'a policy defines its own tables only: leave the part before `:` out'],
  [/Only 'execute' modal/, 'only execute[...] may be the head of a rule'],
  [/Modals not allowed/, 'execute[...] may only be the head of a rule'],
  [/Conflict with built-in/, 'this is the name of a builtin; give the table another one'],
  [/Non-atomic formula/, 'a policy of kind `database` holds facts only'],
  [/Non-formula found/, 'a rule has exactly one head, which is not negated'],
  [
    /through a negation or an aggregate/,
    'a table may not depend on its own rows through `not` or an aggregate: break the circle',
  ],
  [/Rules are recursive/, 'break the circle, or put its rules into policies of kind `materialized` or `z3`'],
  [
    /is allowed only in the head|must be an argument without/,
    'aggregates stand in the head of a rule, by position',
  ],
  [/only count is over/, 'take one variable, or count'],
  [/`\?`/, '`?` stands for any value; it can be an argument in a body only'],
];
