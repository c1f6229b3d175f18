import type { Budget } from './budget.ts';
import type { Sink } from './generate.ts';
import type { View } from './program.ts';
import type { Relation } from './relation.ts';
import type { RowList } from './row-list.ts';

/** Counts derivations straight into a relation that nobody reads yet. */
export class BuildSink implements Sink {
  readonly probe: Int32Array;
  readonly #relation: Relation;
  readonly #budget: Budget;

  constructor(relation: Relation, budget: Budget) {
    this.#relation = relation;
    this.#budget = budget;
    this.probe = relation.probe;
  }

  emit2(a: number, b: number): void {
    this.#count(this.#relation.add2(a, b));
  }

  emitProbe(): void {
    this.#count(this.#relation.addProbe());
  }

  #count(row: number): void {
    const relation = this.#relation;
    if (relation.support[row]! > 0) {
      relation.support[row]!++;
      return;
    }
    relation.enliven(row, 1);
    this.#budget.checkRows(relation.size);
  }
}

/** Adds derivations (sign +1) and lost derivations (-1) to the pending changes of a counting view. */
export class PendingSink implements Sink {
  readonly probe: Int32Array;
  readonly #view: View;
  readonly #budget: Budget;

  constructor(view: View, budget: Budget) {
    this.#view = view;
    this.#budget = budget;
    this.probe = view.relation.probe;
  }

  emit2(a: number, b: number, sign: number): void {
    this.#change(this.#view.relation.add2(a, b), sign);
  }

  emitProbe(sign: number): void {
    this.#change(this.#view.relation.addProbe(), sign);
  }

  #change(row: number, sign: number): void {
    this.#view.changes.change(row, sign);
    this.#budget.checkRows(this.#view.relation.members);
  }
}

/** Collects what a recursive view may gain (+1) or lose (-1) through a change outside of its component. */
export class SeedSink implements Sink {
  readonly probe: Int32Array;
  readonly #view: View;
  readonly #budget: Budget;

  constructor(view: View, budget: Budget) {
    this.#view = view;
    this.#budget = budget;
    this.probe = view.relation.probe;
  }

  emit2(a: number, b: number, sign: number): void {
    const { relation } = this.#view;
    this.#seed(sign > 0 ? relation.add2(a, b) : relation.find2(a, b), sign);
  }

  emitProbe(sign: number): void {
    const { relation } = this.#view;
    this.#seed(sign > 0 ? relation.addProbe() : relation.findProbe(), sign);
  }

  #seed(row: number, sign: number): void {
    const view = this.#view;
    if (sign > 0) {
      proposeRow(view.relation, row, view.gained);
      this.#budget.checkRows(view.relation.members);
    } else {
      view.losing = true;
      if (row !== 0) doubtRow(view.relation, row, view.lost);
    }
  }
}

/** Proposes rows to a recursive view while its component runs to its fixpoint. */
export class ProposeSink implements Sink {
  readonly probe: Int32Array;
  readonly next: RowList;
  readonly #relation: Relation;
  readonly #budget: Budget;

  constructor(relation: Relation, next: RowList, budget: Budget) {
    this.#relation = relation;
    this.next = next;
    this.#budget = budget;
    this.probe = relation.probe;
  }

  emit2(a: number, b: number): void {
    const row = this.#relation.propose2(a, b);
    if (row === 0) return;
    this.next.push(row);
    this.#budget.checkRows(row);
  }

  emitProbe(): void {
    if (this.probe.length === 2) {
      this.emit2(this.probe[0]!, this.probe[1]!);
      return;
    }
    proposeRow(this.#relation, this.#relation.addProbe(), this.next);
    this.#budget.checkRows(this.#relation.members);
  }
}

/** Marks live rows of a recursive view that were derived through a row that is in doubt (overdeletion). */
export class DoubtSink implements Sink {
  readonly probe: Int32Array;
  readonly next: RowList;
  readonly #relation: Relation;

  constructor(relation: Relation, next: RowList) {
    this.#relation = relation;
    this.next = next;
    this.probe = relation.probe;
  }

  emit2(a: number, b: number): void {
    this.#doubt(this.#relation.find2(a, b));
  }

  emitProbe(): void {
    this.#doubt(this.#relation.findProbe());
  }

  #doubt(row: number): void {
    if (row !== 0) doubtRow(this.#relation, row, this.next);
  }
}

/** A ghost becomes proposed (support -1) once; live and proposed rows stay as they are. */
export function proposeRow(relation: Relation, row: number, into: RowList): void {
  if (relation.support[row] !== 0) return;
  relation.support[row] = -1;
  into.push(row);
}

/** A live row becomes doubted (support 2, still live) once. */
export function doubtRow(relation: Relation, row: number, into: RowList): void {
  if (relation.support[row] !== 1) return;
  relation.support[row] = 2;
  into.push(row);
}
