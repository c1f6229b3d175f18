import { assert } from '../../base/assert.ts';
import type { Runtime, Sink } from '../generate.ts';
import type { RelationLiteral, RuleForm } from '../program.ts';
import type { RowList } from '../row-list.ts';
import type { Aggregation } from './aggregation.ts';
import { GroupTable } from './group-table.ts';
import { RelationRow } from './source-row.ts';

/**
 * Evaluates rules with an aggregation (lowering.ts):
 *
 *     groups(key, aggregates) :- source(key, values)
 *
 * A rule is evaluated in full when the view of its head is built; from then on its groups are kept and fed the rows
 * that enter and leave the source, by the same calls that maintain every other view. Such a head has one rule and no
 * facts.
 */
export class Aggregator {
  readonly #runtime: Runtime;
  readonly #tables = new WeakMap<RuleForm, GroupTable>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Emits every group with this sign. With 1 the groups are kept for {@link from}. */
  all(rule: RuleForm, sign: number, sink: Sink): void {
    const table = new GroupTable(aggregationOf(rule));
    const source = sourceOf(rule).node.source;
    const row = new RelationRow(source, this.#runtime.interner.values);
    for (row.row = 1; row.row < source.end; row.row++) {
      if (source.support[row.row]! > 0) this.#change(table, row, 1);
    }
    if (sign > 0) this.#tables.set(rule, table);
    this.#settle(table, sign > 0 ? sink : new OppositeSink(sink));
  }

  /** Emits what it does to the groups that these rows enter (sign 1) or leave (-1). */
  from(rule: RuleForm, { rows, sign }: Delta, sink: Sink): void {
    const table = this.#tables.get(rule);
    assert(table !== undefined, 'groups that are maintained were built');
    const row = new RelationRow(sourceOf(rule).node.source, this.#runtime.interner.values);
    for (let i = 0; i < rows.length; i++) {
      row.row = rows.rows[i]!;
      this.#change(table, row, sign);
    }
    this.#settle(table, sink);
  }

  #change(table: GroupTable, row: RelationRow, sign: number): void {
    const { budget } = this.#runtime;
    if (--budget.fuel < 0) budget.refill();
    table.change(row, sign);
  }

  #settle(table: GroupTable, sink: Sink): void {
    const { interner } = this.#runtime;
    table.settle((value) => interner.intern(value), sink);
  }
}

interface Delta {
  readonly rows: RowList;
  readonly sign: number;
}

function aggregationOf({ aggregation }: RuleForm): Aggregation {
  assert(aggregation !== undefined, 'the rule aggregates');
  return aggregation;
}

function sourceOf({ body }: RuleForm): RelationLiteral {
  const [source] = body;
  assert(source?.kind === 'relation', 'an aggregation reads one relation');
  return source;
}

/** Turns what comes into what goes. */
class OppositeSink implements Sink {
  readonly probe: Int32Array;
  readonly #sink: Sink;

  constructor(sink: Sink) {
    this.#sink = sink;
    this.probe = sink.probe;
  }

  emit2(a: number, b: number, sign: number): void {
    this.#sink.emit2(a, b, -sign);
  }

  emitProbe(sign: number): void {
    this.#sink.emitProbe(-sign);
  }
}
