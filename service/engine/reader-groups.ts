import type { Evaluator } from './evaluator.ts';
import type { BodyOccurrence, RelationNode } from './program.ts';
import { type FamilyParts, familyKey, familySizeMin, RuleFamily } from './rule-family.ts';

/** The readers of one relation that are kept up to date, by how they take its changes. */
export interface ReaderGroups {
  /** Counter of {@link Evaluator.shape} for which this holds. */
  readonly shape: number;
  /** In rules of virtual views. */
  readonly virtual: readonly BodyOccurrence[];
  /** In rules of views that read the relation once, alone in their shape. */
  readonly single: readonly BodyOccurrence[];
  readonly families: readonly RuleFamily[];
  /** In rules that read the relation more than once. */
  readonly repeated: readonly BodyOccurrence[];
}

/** Sorts the readers of a relation. Costs in proportion to their number. */
export function groupReaders(
  node: RelationNode,
  evaluator: Evaluator,
  sinkOf: FamilyParts['sinkOf'],
): ReaderGroups {
  const maintained = node.readers.filter(({ rule }) => isMaintained(rule.head.node, node));
  const once = maintained.filter(({ isRepeated }) => !isRepeated);
  const single: BodyOccurrence[] = [];
  const families: RuleFamily[] = [];
  const idLimit = () => evaluator.runtime.interner.limit;
  for (const group of byShape(once)) {
    if (group.length < familySizeMin) single.push(...group);
    else {
      const rules = group.map(({ rule }) => rule);
      families.push(new RuleFamily(rules, group[0]!.literal, { idLimit, sinkOf }));
    }
  }
  return {
    shape: evaluator.shape,
    virtual: node.readers.filter(({ rule }) => rule.head.node.virtual !== null),
    single,
    families,
    repeated: maintained.filter(({ isRepeated }) => isRepeated),
  };
}

/** A stored view that takes deltas of `changed`; inside one recursive component they went round already. */
function isMaintained(head: RelationNode, changed: RelationNode): boolean {
  if (head.view === null) return false;
  return !(head.view.recursive && changed.view !== null && head.component === changed.component);
}

function byShape(readers: readonly BodyOccurrence[]): Iterable<readonly BodyOccurrence[]> {
  const groups = new Map<string, BodyOccurrence[]>();
  readers.forEach((reader, at) => {
    const { rule, literal } = reader;
    const isAlone = rule.never || rule.aggregation !== undefined || rule.head.node.view!.recursive;
    const key = isAlone ? `${at}` : `${literal} ${familyKey(rule)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [reader]);
    else group.push(reader);
  });
  return groups.values();
}
