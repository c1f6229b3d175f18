import { findingAt, type SyntaxFinding } from './problems.ts';
import { type Token, terminal } from './token.ts';
import type { Aggregate, Atom, ColumnArgument, Modal, Term } from './tree.ts';

/** An atom as written: `table` with its qualifiers and its sign. */
export interface AtomText {
  readonly modal: Modal | null;
  readonly table: string;
  readonly parameters: readonly { readonly column: Token | null; readonly term: Token }[];
}

/** The additions in one atom; null where there is none. */
export interface AtomAdditions {
  readonly aggregates: readonly Aggregate[];
  readonly firstAggregate: Token | null;
  readonly firstAnonymous: Token | null;
}

/**
 * Turns atoms as written into tree nodes and collects what is wrong with their parameters (reference 2.2
 * notes): positional after column references, a column given twice. The texts are wire constants, except those
 * about integers that are not decimal, where Congress fails with an internal error (decision 0101).
 */
export class AtomCompiler {
  readonly errors: SyntaxFinding[] = [];
  hasNonDecimal = false;
  /** What the grammar of Congress does not have, by atom. */
  readonly additions = new Map<Atom, AtomAdditions>();
  #anonymous = 0;
  #aggregates: Aggregate[] = [];
  #firstAggregate: Token | null = null;
  #firstAnonymous: Token | null = null;

  /** Anonymous variables are numbered within a statement. */
  beginStatement(): void {
    this.#anonymous = 0;
  }

  atom({ modal, table, parameters }: AtomText): Atom {
    this.#aggregates = [];
    this.#firstAggregate = null;
    this.#firstAnonymous = null;
    const firstColumn = parameters.findIndex(({ column }) => column !== null);
    const positional = firstColumn < 0 ? parameters : parameters.slice(0, firstColumn);
    const args = positional.map(({ term }, at) => this.#argument(term, at));
    const columnArgs = firstColumn < 0 ? [] : this.#columns(table, parameters, args.length);
    const separator = table.indexOf(':');
    const policy = separator < 0 ? null : table.slice(0, separator);
    const atom = { modal, policy, table: table.slice(separator + 1), args, columnArgs };
    if (this.#firstAggregate !== null || this.#firstAnonymous !== null) {
      this.additions.set(atom, {
        aggregates: this.#aggregates,
        firstAggregate: this.#firstAggregate,
        firstAnonymous: this.#firstAnonymous,
      });
    }
    return atom;
  }

  /** Says what is wrong at a place. */
  refuse(token: Token, text: string): void {
    this.errors.push(findingAt(token, text));
  }

  #argument(token: Token, column: number): Term {
    const { aggregate } = token;
    if (aggregate === undefined) return this.#term(token);
    this.#firstAggregate ??= token;
    if (aggregate.over.length > 1 && aggregate.function !== 'count')
      this.refuse(token, `only count is over several variables, not \`${token.text}\``);
    this.#aggregates.push({ column, function: aggregate.function, over: aggregate.over });
    return { kind: 'variable', name: aggregate.over[0]! };
  }

  /** Numbers first, then names, each sorted; the last of several values for a column wins. */
  #columns(table: string, parameters: AtomText['parameters'], positions: number): ColumnArgument[] {
    const byName = new Map<string, Term>();
    const byNumber = new Map<bigint, Term>();
    const atom = () => atomText(table, parameters);
    for (const { column, term } of parameters.slice(positions)) {
      if (column === null) {
        this.#report(term, `Atom ${atom()} has a positional parameter after a reference parameter`);
      } else if (column.terminal === terminal.identifier) {
        if (column.text === '?') this.refuse(column, '`?` is not the name of a column');
        if (byName.has(column.text))
          this.#report(
            column,
            `In atom ${atom()} multiple values for column name ${column.text} were provided`,
          );
        byName.set(column.text, this.#term(term));
      } else {
        const number = this.#integer(column);
        if (column.text.startsWith('-')) this.refuse(column, 'columns are counted from 0');
        if (byNumber.has(number))
          this.#report(
            column,
            `In atom ${atom()} multiple values for column number ${number} were provided.`,
          );
        byNumber.set(number, this.#term(term));
        if (number < BigInt(positions))
          this.#report(
            column,
            `In atom ${atom()} column number ${number} is already provided by position arguments.`,
          );
      }
    }
    const numbers = [...byNumber].map(([column, term]) => ({ column: columnNumber(column), term }));
    const names = [...byName].map(([column, term]) => ({ column, term }));
    return [
      ...numbers.sort((left, right) => left.column - right.column),
      ...names.sort((left, right) => (left.column < right.column ? -1 : 1)),
    ];
  }

  #term(token: Token): Term {
    switch (token.terminal) {
      case terminal.integer:
        return { kind: 'constant', value: this.#integer(token) };
      case terminal.float:
        return { kind: 'constant', value: Number(token.text) };
      case terminal.string:
        // Whatever stands between the first and the last character, escapes and all (reference 2.1).
        return { kind: 'constant', value: token.text.slice(1, -1) };
      default:
        return { kind: 'variable', name: this.#variable(token) };
    }
  }

  #variable(token: Token): string {
    if (token.aggregate !== undefined)
      this.refuse(token, `\`${token.text}\` must be an argument without the name of a column`);
    if (token.text !== '?') return token.text;
    this.#firstAnonymous ??= token;
    this.#anonymous += 1;
    return `?${this.#anonymous}`;
  }

  #integer(token: Token): bigint {
    if (/^-?[0-9]+$/.test(token.text)) return BigInt(token.text);
    this.hasNonDecimal = true;
    const text = `integer \`${token.text}\` is not written in decimal`;
    this.errors.push(findingAt(token, text));
    return 0n;
  }

  /** The message of Congress names the atom, not the place. */
  #report(near: Token, text: string): void {
    this.errors.push({ text, line: null, column: null, near: { line: near.line, column: near.column } });
  }
}

/** How error texts show an atom: its column references only. */
function atomText(table: string, parameters: AtomText['parameters']): string {
  const columns = parameters.flatMap(({ column, term }) =>
    column === null ? [] : [`${column.text}=${term.text}`],
  );
  return `${table}(${columns.join(',')})`;
}

/** No table has that many columns: any number beyond is as much out of range as the largest. */
function columnNumber(value: bigint): number {
  return Number(value < BigInt(Number.MAX_SAFE_INTEGER) ? value : BigInt(Number.MAX_SAFE_INTEGER));
}
