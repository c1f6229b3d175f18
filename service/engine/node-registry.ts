import type { RelationName } from './engine-change.ts';
import { RelationNode } from './program.ts';
import { Relation } from './relation.ts';

/** Every relation that holds facts, is defined by a rule or is read by one. */
export class NodeRegistry {
  readonly #nodes = new Map<string, RelationNode>();
  readonly #idLimit: () => number;

  constructor(idLimit: () => number) {
    this.#idLimit = idLimit;
  }

  all(): Iterable<RelationNode> {
    return this.#nodes.values();
  }

  find(name: RelationName): RelationNode | undefined {
    return this.#nodes.get(keyOf(name));
  }

  /** The node of this name, made when it is new. */
  get(name: RelationName): RelationNode {
    const key = keyOf(name);
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    const node = this.transient(name);
    this.#nodes.set(key, node);
    return node;
  }

  /** An empty node that is not kept: what a query reads of a relation that nobody knows. */
  transient(name: RelationName): RelationNode {
    return new RelationNode(name, keyOf(name), new Relation(name.arity, this.#idLimit));
  }

  /** Forgets a node that nothing uses any more. */
  prune(node: RelationNode): void {
    const used = node.facts.members > 0 || node.rules.length > 0 || node.readers.length > 0;
    if (!used && node.view === null && this.#nodes.get(node.key) === node) this.#nodes.delete(node.key);
  }
}

function keyOf({ policy, table, arity, modal }: RelationName): string {
  return `${modal === null ? '' : '!'}${arity} ${policy}\n${table}`;
}
