import type { Tuple } from '../datalog/value.ts';
import type { EngineChange, RelationName } from './engine-change.ts';
import type { Interner } from './interner.ts';
import type { NodeRegistry } from './node-registry.ts';
import type { RelationNode } from './program.ts';
import type { Propagator } from './propagator.ts';

type FactChange = Exclude<EngineChange, { readonly kind: 'insert-rule' | 'delete-rule' }>;

/** Applies changes of stored facts and data source tables; what a view may have to know stays pending. */
export class FactTables {
  readonly #interner: Interner;
  readonly #nodes: NodeRegistry;
  readonly #propagator: Propagator;

  constructor(interner: Interner, nodes: NodeRegistry, propagator: Propagator) {
    this.#interner = interner;
    this.#nodes = nodes;
    this.#propagator = propagator;
  }

  apply(change: FactChange): void {
    switch (change.kind) {
      case 'insert-fact':
        this.#insert(this.#nodes.get(nameOf(change, change.tuple.length)), [change.tuple]);
        break;
      case 'delete-fact':
        this.#delete(nameOf(change, change.tuple.length), [change.tuple]);
        break;
      case 'change-table':
        this.#delete(nameOf(change, change.arity), change.deleted);
        this.#insert(this.#nodes.get(nameOf(change, change.arity)), change.inserted);
        break;
      case 'replace-table':
        this.#replace(this.#nodes.get(nameOf(change, change.arity)), change.rows);
        break;
      case 'drop-table':
        this.#drop(nameOf(change, change.arity));
        break;
    }
  }

  #insert(node: RelationNode, tuples: readonly Tuple[]): void {
    const { facts } = node;
    const direct = isUnobserved(node);
    for (const tuple of tuples) {
      if (tuple.length !== facts.arity) continue;
      for (let i = 0; i < tuple.length; i++) facts.probe[i] = this.#interner.intern(tuple[i]!);
      const row = facts.addProbe();
      if (!direct) this.#want(node, row, 1);
      else if (facts.support[row] === 0) facts.enliven(row, 1);
    }
  }

  #delete(name: RelationName, tuples: readonly Tuple[]): void {
    const node = this.#nodes.find(name);
    if (node === undefined) return;
    const direct = isUnobserved(node);
    for (const tuple of tuples) {
      const row = this.#rowOf(node, tuple);
      if (row === 0) continue;
      if (direct) remove(node, row);
      else this.#want(node, row, 0);
    }
    if (direct) node.facts.compact();
    this.#nodes.prune(node);
  }

  /** Only the difference to what was there is propagated. */
  #replace(node: RelationNode, tuples: readonly Tuple[]): void {
    const { facts } = node;
    if (facts.members === 0 || isUnobserved(node)) {
      facts.clear();
      this.#insert(node, tuples);
      return;
    }
    const kept = new Uint8Array(facts.end + tuples.length + 1);
    for (const tuple of tuples) {
      if (tuple.length !== facts.arity) continue;
      for (let i = 0; i < tuple.length; i++) facts.probe[i] = this.#interner.intern(tuple[i]!);
      const row = facts.addProbe();
      kept[row] = 1;
      this.#want(node, row, 1);
    }
    for (let row = 1; row < facts.end; row++) {
      if (kept[row] !== 1 && facts.support[row]! + node.factChanges.of(row) > 0) this.#want(node, row, 0);
    }
  }

  #drop(name: RelationName): void {
    const node = this.#nodes.find(name);
    if (node === undefined) return;
    this.#replace(node, []);
    this.#nodes.prune(node);
  }

  #rowOf(node: RelationNode, tuple: Tuple): number {
    const { facts } = node;
    if (tuple.length !== facts.arity) return 0;
    for (let i = 0; i < tuple.length; i++) {
      const id = this.#interner.find(tuple[i]!);
      if (id < 0) return 0;
      facts.probe[i] = id;
    }
    return facts.findProbe();
  }

  /** Sets what the support of a row shall be once its changes are committed. */
  #want(node: RelationNode, row: number, support: number): void {
    node.factChanges.change(row, support - node.facts.support[row]! - node.factChanges.of(row));
    this.#propagator.schedule(node);
  }
}

/** No view has to hear of changes, so they can be written straight into the table. */
function isUnobserved(node: RelationNode): boolean {
  if (!node.factChanges.isEmpty || node.isHeld) return false;
  return !node.readers.some(({ rule }) => rule.head.node.isHeld);
}

function remove(node: RelationNode, row: number): void {
  if (node.facts.support[row]! <= 0) return;
  node.facts.dim(row);
  node.facts.discard(row);
}

function nameOf(change: { readonly policy: string; readonly table: string }, arity: number): RelationName {
  return { policy: change.policy, table: change.table, arity, modal: null };
}
