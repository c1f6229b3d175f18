import { AtomCompiler } from './atom-compiler.ts';
import { FormulaPrediction } from './formula-prediction.ts';
import { lex } from './lexer.ts';
import { type SyntaxFinding, SyntaxProblem, type SyntaxProblemCode } from './problems.ts';
import { Recognizer } from './recognizer.ts';
import { type Dialect, type Token, terminal, terminalSet } from './token.ts';
import type { Atom, Event, Fact, Literal, Modal, Rule, Statement } from './tree.ts';

/**
 * Parses a text into its statements, in order (reference 2.1, 2.2); an empty or blank text has none.
 * Throws SyntaxProblem with all errors that Congress would list, in its words: those of the lexer if there are
 * any, else those of the parser, else those of column references. What users send goes through program-text.ts.
 */
export function parse(text: string, dialect: Dialect = 'congress'): readonly Statement[] {
  return parseWithPlaces(text, dialect).statements;
}

/** The same, and where each atom begins. */
export function parseWithPlaces(text: string, dialect: Dialect): ParsedText {
  const { tokens, findings } = lex(text, dialect);
  refuse('lex-failure', 'Lex failure.\n', findings);
  const parser = new Parser(tokens);
  const statements = parser.program();
  refuse('parse-failure', 'Parse failure.\n', parser.findings);
  const { errors, hasNonDecimal } = parser.compiler;
  // Congress walks the tree twice and keeps the errors of both walks.
  refuse('compiler-errors', 'Compiler found errors:', hasNonDecimal ? errors : [...errors, ...errors]);
  return { statements, places: parser.places };
}

/**
 * All that is wrong with a text. Where characters are wrong, {@link parse} tells only those; here words are told too,
 * on other lines, because what stands beside a wrong character often looks wrong for lack of it.
 */
export function syntaxFindings(text: string, dialect: Dialect): readonly SyntaxFinding[] {
  const { tokens, findings } = lex(text, dialect);
  const parser = new Parser(tokens);
  parser.program();
  const lines = new Set(findings.map(({ near }) => near.line));
  const others = parser.findings.filter(({ near }) => !lines.has(near.line));
  if (findings.length + others.length > 0) return [...findings, ...others];
  return parser.compiler.errors;
}

export interface ParsedText {
  readonly statements: readonly Statement[];
  /** The first token of the literal that holds the atom. */
  readonly places: ReadonlyMap<Atom, Token>;
}

function refuse(code: SyntaxProblemCode, prefix: string, findings: readonly SyntaxFinding[]): void {
  if (findings.length === 0) return;
  const lines = findings.map(({ line, column, text }) =>
    line === null ? text : `line:${line},col:${column}  ${text}`,
  );
  throw new SyntaxProblem(code, prefix + lines.join('\n'), [...new Set(findings)]);
}

const END = terminalSet(terminal.endOfRule);
const MODAL_WORDS = terminalSet(terminal.execute, terminal.insert, terminal.delete);
const FACT_STARTS = MODAL_WORDS | terminalSet(terminal.identifier);
const LITERAL_STARTS = FACT_STARTS | terminalSet(terminal.negation);
const TERMINATORS = terminalSet(terminal.dot, terminal.semicolon);
const TERM_STARTS = terminalSet(terminal.float, terminal.identifier, terminal.integer, terminal.string);
const AFTER_COLUMN_OR_TERM = terminalSet(terminal.comma, terminal.rightParenthesis);
const AFTER_LIST_ITEM = END | terminalSet(terminal.comma);
const AFTER_NAME_PART = END | terminalSet(terminal.sign, terminal.colon);
const only = terminalSet;

/**
 * Recursive descent, one method a rule of the grammar; each call names what may follow it there. Values that a
 * rule with an error leaves undefined are never used: errors make `parse` throw.
 */
class Parser extends Recognizer {
  readonly compiler = new AtomCompiler();
  readonly places = new Map<Atom, Token>();
  readonly #prediction: FormulaPrediction;

  constructor(tokens: readonly Token[]) {
    super(tokens);
    this.#prediction = new FormulaPrediction(tokens);
  }

  program(): readonly Statement[] {
    const statements: Statement[] = [];
    this.rule(null, () => {
      if (!this.at(LITERAL_STARTS | only(terminal.endOfText))) this.noViableAlternative(this.current);
      while (this.at(LITERAL_STARTS)) {
        const statement = this.rule(LITERAL_STARTS, () => this.#statement());
        if (statement !== undefined) statements.push(statement);
      }
      this.match(terminal.endOfText, END);
    });
    return statements;
  }

  #statement(): Statement | undefined {
    this.compiler.beginStatement();
    const formula = this.rule(END | TERMINATORS, () => this.#formula());
    if (this.at(TERMINATORS)) this.accept();
    return formula;
  }

  #formula(): Statement | undefined {
    const prediction = this.#prediction.predict(this.index);
    switch (prediction.kind) {
      case 'rule':
        return this.rule(END, () => this.#rule());
      case 'fact':
        return this.rule(END, () => this.#storedFact());
      case 'event':
        return this.rule(END, () => this.#event());
      case 'stuck':
        return this.noViableAlternative(this.tokenAt(prediction.tokenIndex));
    }
  }

  #event(): Event | undefined {
    const operation = this.accept().text as Event['operation'];
    this.match(terminal.leftBracket, LITERAL_STARTS);
    const formula = this.rule(TERMINATORS | only(terminal.rightBracket), () => this.#rule());
    let target: string | null = null;
    if (this.at(TERMINATORS)) {
      this.accept();
      target = this.match(terminal.string, only(terminal.rightBracket))?.text.slice(1, -1) ?? null;
    }
    this.match(terminal.rightBracket, END);
    return formula && { kind: 'event', operation, formula, target };
  }

  #rule(): Rule | undefined {
    const heads = this.rule(only(terminal.colonMinus), () => this.#literals());
    this.match(terminal.colonMinus, LITERAL_STARTS);
    const body = this.rule(END, () => this.#literals());
    return heads && body && this.#checkedRule(heads, body);
  }

  /** Aggregates belong into an only head; `?` into none. */
  #checkedRule(heads: readonly Literal[], body: readonly Literal[]): Rule {
    const { additions } = this.compiler;
    for (const { atom } of heads) {
      const token = additions.get(atom)?.firstAnonymous;
      if (token) this.compiler.refuse(token, '`?` has no value and cannot be in a head');
    }
    const [head] = heads;
    const isAggregating = heads.length === 1 && head?.negated === false;
    for (const { atom } of isAggregating ? body : [...heads, ...body]) this.#refuseAggregates(atom);
    const aggregates = head && additions.get(head.atom)?.aggregates;
    return { kind: 'rule', heads, body, ...(aggregates?.length ? { aggregates } : {}) };
  }

  #refuseAggregates(atom: Atom): void {
    const token = this.compiler.additions.get(atom)?.firstAggregate;
    if (token)
      this.compiler.refuse(token, `\`${token.text}\` is allowed only in the head of a rule with one head`);
  }

  #storedFact(): Fact | undefined {
    const atom = this.#fact();
    if (atom === undefined) return undefined;
    this.#refuseAggregates(atom);
    return { kind: 'fact', atom };
  }

  #literals(): readonly Literal[] {
    const literals: (Literal | undefined)[] = [this.rule(AFTER_LIST_ITEM, () => this.#literal())];
    while (this.at(only(terminal.comma))) {
      this.accept();
      literals.push(this.rule(AFTER_LIST_ITEM, () => this.#literal()));
    }
    return literals.filter((literal) => literal !== undefined);
  }

  #literal(): Literal | undefined {
    const start = this.current;
    const negated = this.at(only(terminal.negation));
    if (!negated && !this.at(FACT_STARTS)) this.noViableAlternative(this.current);
    if (negated) this.accept();
    const atom = this.rule(END, () => this.#fact());
    if (atom === undefined) return undefined;
    this.places.set(atom, start);
    return { negated, atom };
  }

  #fact(): Atom | undefined {
    const start = this.current;
    const atom = this.#plainOrModal();
    if (atom !== undefined) this.places.set(atom, start);
    return atom;
  }

  #plainOrModal(): Atom | undefined {
    if (this.at(only(terminal.identifier))) return this.rule(END, () => this.#atom(null));
    if (!this.at(MODAL_WORDS)) this.noViableAlternative(this.current);
    const modal = this.accept().text as Modal;
    this.match(terminal.leftBracket, only(terminal.identifier));
    const atom = this.rule(only(terminal.rightBracket), () => this.#atom(modal));
    this.match(terminal.rightBracket, END);
    return atom;
  }

  #atom(modal: Modal | null): Atom | undefined {
    const table = this.rule(END | only(terminal.leftParenthesis), () => this.#table());
    const parameters: Parameter[] = [];
    if (this.at(only(terminal.leftParenthesis))) {
      this.accept();
      if (this.at(TERM_STARTS))
        this.rule(only(terminal.rightParenthesis), () => this.#parameters(parameters));
      this.match(terminal.rightParenthesis, END);
    }
    // Nothing is compiled once there is a syntax error: the tree may have holes.
    if (table === undefined || this.findings.length > 0) return undefined;
    return this.compiler.atom({ modal, table, parameters });
  }

  /** The table with its qualifiers and its sign, as one text. */
  #table(): string {
    const start = this.current;
    const name = this.#tableName();
    if (name.includes('?')) this.compiler.refuse(start, '`?` is not the name of a table');
    return name;
  }

  #tableName(): string {
    let name = this.match(terminal.identifier, AFTER_NAME_PART)?.text ?? '';
    while (this.at(only(terminal.colon))) {
      this.accept();
      name += `:${this.match(terminal.identifier, AFTER_NAME_PART)?.text}`;
    }
    return this.at(only(terminal.sign)) ? name + this.accept().text : name;
  }

  #parameters(into: Parameter[]): void {
    this.rule(AFTER_LIST_ITEM, () => this.#parameter(into));
    while (this.at(only(terminal.comma))) {
      this.accept();
      this.rule(AFTER_LIST_ITEM, () => this.#parameter(into));
    }
  }

  #parameter(into: Parameter[]): void {
    const token = this.current;
    const mayBeColumn = this.at(only(terminal.integer, terminal.identifier));
    const next = this.tokenAt(this.index + 1).terminal;
    if (mayBeColumn && next === terminal.equal) {
      const column = this.accept();
      this.accept();
      const term = this.rule(END, () => this.#term());
      if (term !== undefined) into.push({ column, term });
      return;
    }
    const isTerm = mayBeColumn ? (only(next) & AFTER_COLUMN_OR_TERM) !== 0 : this.at(TERM_STARTS);
    if (!isTerm) this.noViableAlternative(token);
    into.push({ column: null, term: this.#term() });
  }

  #term(): Token {
    return this.at(TERM_STARTS) ? this.accept() : this.noViableAlternative(this.current);
  }
}

/** A parameter as written: a term, or a term for a column. */
interface Parameter {
  readonly column: Token | null;
  readonly term: Token;
}
