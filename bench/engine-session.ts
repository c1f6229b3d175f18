import { parse } from '../service/datalog/parser.ts';
import type { Tuple, Value } from '../service/datalog/value.ts';
import { Engine } from '../service/engine/engine.ts';
import type { EngineChange } from '../service/engine/engine-change.ts';
import type { EngineCase, PolicyText } from './engine-cases.ts';
import type { Cell, Row } from './generator.ts';
import { readRows, tableNames } from './table-files.ts';

/** An engine with the rules of a case, used through its public interface: rules as text, rows as JSON values. */
export class EngineSession {
  readonly engine: Engine;
  readonly #case: EngineCase;
  readonly #folder: string;

  constructor(one: EngineCase, folder: string) {
    this.#case = one;
    this.#folder = folder;
    this.engine = new Engine({ monotonicMs: () => performance.now(), evaluationMsMax: 600_000 });
    this.engine.apply(one.policies.flatMap(ruleChanges));
  }

  /** Milliseconds from JSON values to stored rows, without reading the files. */
  load(): number {
    let total = 0;
    for (const table of tableNames(this.#folder)) {
      const rows = readRows(this.#folder, table);
      const started = performance.now();
      const tuples = rows.map(tupleOf);
      const arity = tuples[0]?.length ?? 0;
      this.engine.apply([{ kind: 'replace-table', policy: 'ds', table, arity, rows: tuples }]);
      total += performance.now() - started;
    }
    return total;
  }

  count(): number {
    return this.#case.asked.reduce((sum, name) => sum + this.engine.count({ ...name, modal: null }), 0);
  }

  /** One single-row change (sign, table, cells) followed by reading how many answers the first table has. */
  update([sign, table, ...cells]: Row): void {
    const tuple = tupleOf(cells);
    this.engine.apply([
      {
        kind: 'change-table',
        policy: 'ds',
        table: String(table),
        arity: tuple.length,
        deleted: sign === '-' ? [tuple] : [],
        inserted: sign === '+' ? [tuple] : [],
      },
    ]);
    this.engine.count({ ...this.#case.asked[0]!, modal: null });
  }
}

function ruleChanges({ policy, text }: PolicyText): readonly EngineChange[] {
  return parse(text).flatMap((statement, at): readonly EngineChange[] =>
    statement.kind === 'rule'
      ? [{ kind: 'insert-rule', policy, ruleId: `${policy}-${at}`, rule: statement }]
      : [],
  );
}

function tupleOf(row: Row): Tuple {
  return row.map(valueOfCell);
}

function valueOfCell(cell: Cell): Value {
  return typeof cell === 'number' ? BigInt(cell) : cell;
}
