import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { printStatement } from '../../service/datalog/printer.ts';
import { parseProgram } from '../../service/datalog/program-text.ts';
import type { Formula, Statement } from '../../service/datalog/tree.ts';
import type { Tuple, Value } from '../../service/datalog/value.ts';
import { Engine } from '../../service/engine/engine.ts';
import { engineChanges } from '../../service/policy/engine-changes.ts';
import { UnknownTables } from '../../service/policy/unknown-tables.ts';
import { Session } from '../policy/session.ts';
import { projectRoot } from '../support/source-tree.ts';

/** A fenced block of docs/DATALOG.md. */
interface Block {
  /** What follows the three quotes. */
  readonly title: string;
  readonly lines: readonly string[];
  /** Line of the page, from 1. */
  readonly line: number;
}

const page = readFileSync(join(projectRoot, 'docs/DATALOG.md'), 'utf8').split('\n');
const blocks = blocksOf(page);
const tables = blocks.filter(({ title }) => title.startsWith('table '));
const programs = blocks.filter(({ title }) => title.startsWith('datalog'));

function blocksOf(lines: readonly string[]): readonly Block[] {
  const found: Block[] = [];
  for (let at = 0; at < lines.length; at++) {
    if (!lines[at]!.startsWith('```')) continue;
    const end = lines.indexOf('```', at + 1);
    found.push({ title: lines[at]!.slice(3), lines: lines.slice(at + 1, end), line: at + 1 });
    at = end;
  }
  return found;
}

/** A policy `example` in a service that has the tables of the page. */
class Example {
  readonly #session = new Session();
  readonly #engine = new Engine();
  readonly #unknown = new UnknownTables();
  #applied = 0;

  constructor(kind: string) {
    const schemas = new Map<string, Record<string, readonly string[]>>();
    for (const { title } of tables) {
      const [, source = '', table = '', columns = ''] = /^table (\w+):(\w+)\((.*)\)$/.exec(title) ?? [];
      schemas.set(source, { ...schemas.get(source), [table]: columns.split(', ') });
    }
    for (const [source, schema] of schemas) this.#session.dataSource(source, schema);
    for (const { title, lines } of tables) this.#fill(title, lines);
    this.#session.policy('example', { kind });
  }

  /** Inserts a statement as a client does. */
  insert(text: string): void {
    this.#session.rule('example', text);
    for (const change of this.#session.changes.slice(this.#applied))
      this.#engine.apply(this.#unknown.admit(engineChanges(change, () => [])));
    this.#applied = this.#session.changes.length;
  }

  answers(question: string): string {
    const answers = this.#engine.query('example', parseProgram(question)[0] as Formula).map(printStatement);
    return answers.length === 0 ? 'nothing' : answers.sort().join(' ');
  }

  #fill(title: string, lines: readonly string[]): void {
    const [, source = '', table = ''] = /^table (\w+):(\w+)/.exec(title) ?? [];
    const rows = lines.map(
      (line): Tuple =>
        line
          .split(', ')
          .map((cell) => JSON.parse(cell))
          .map(valueOfCell),
    );
    const arity = rows[0]!.length;
    this.#engine.apply([{ kind: 'replace-table', policy: source, table, arity, rows }]);
  }
}

/** As printed, or the line that holds it: a text with quotes in it does not read back (Congress reference 2.11). */
function textOf(statement: Statement, lines: readonly string[]): string {
  const printed = printStatement(statement);
  return (
    lines.find(
      (line) => !line.startsWith('//') && line.startsWith(printed.slice(0, 4)) && line.includes("'"),
    ) ?? printed
  );
}

function valueOfCell(cell: string | number): Value {
  return typeof cell === 'number' ? BigInt(cell) : cell;
}

describe('the language page', () => {
  it('has its tables and examples', () => {
    expect(tables).toHaveLength(3);
    expect(programs.length).toBeGreaterThan(20);
    expect(blocks).toHaveLength(tables.length + programs.length);
  });

  it.each(programs)('says what happens at line $line', ({ title, lines }) => {
    const example = new Example(title.slice('datalog'.length).trim() || 'nonrecursive');
    for (const statement of parseProgram(`${lines.join('\n')}\n`)) example.insert(textOf(statement, lines));
    for (const line of lines) {
      const [, refused, text = '', expected = ''] = /^\/\/ (refused: )?(.*) => (.*)$/.exec(line) ?? [];
      if (text === '') continue;
      if (refused === undefined) expect({ text, is: example.answers(text) }).toEqual({ text, is: expected });
      else expect(() => example.insert(text)).toThrow(expected);
    }
  });
});
