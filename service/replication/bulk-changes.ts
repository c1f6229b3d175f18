import type { Sequence } from '../base/ids.ts';
import type { Change } from '../policy/change.ts';
import type { CreatedAt, Policy } from '../policy/entities.ts';
import { entityWrites } from '../policy/entity-writes.ts';
import type { EntityWrite } from '../store/state-store.ts';

/**
 * Writes too large for one transaction.
 *
 * What a policy owns (its rules) and what a data source owns (its table versions) lies in partitions that only
 * their owner's item leads to. So when the owner is created in the same commit, what it owns is written
 * before, invisible; when the owner is deleted, what it owned is deleted after, invisible again. The commit
 * itself holds the owner only, and is atomic. The changes themselves, when they do not fit the record, lie
 * beside it as detached JSON.
 *
 * All this takes longer than the time between two commits, so what is written before must not depend on the
 * sequence that the commit will get. Hence `createdAt.sequence` 0 in it: "the commit that shows me".
 */
export interface SplitWrites {
  readonly before: readonly EntityWrite[];
  readonly inCommit: readonly EntityWrite[];
  readonly after: readonly EntityWrite[];
}

const thisCommit = 0 as Sequence;

export function splitWrites(changes: readonly Change[], sequence: Sequence): SplitWrites {
  const before: EntityWrite[] = [];
  const inCommit: EntityWrite[] = [];
  const after: EntityWrite[] = [];
  for (const change of changes) {
    switch (change.kind) {
      case 'policy-created':
        before.push(...entityWrites(beforeCommit(change, sequence)).filter(isOwned));
        inCommit.push(...entityWrites(change).filter((write) => !isOwned(write)));
        break;
      case 'policy-deleted':
      case 'data-source-deleted':
        for (const write of entityWrites(change)) (isOwned(write) ? after : inCommit).push(write);
        break;
      case 'data-source-updated':
        // The tables decide whether anybody looks at their deltas.
        for (const write of entityWrites(change)) (isDelta(write) ? after : inCommit).push(write);
        break;
      default:
        inCommit.push(...entityWrites(change));
    }
  }
  return { before: lastOfEachKey(before), inCommit: lastOfEachKey(inCommit), after: lastOfEachKey(after) };
}

/** The last write of each key, in the order of those. A transaction takes each key once. */
export function lastOfEachKey(writes: readonly EntityWrite[]): readonly EntityWrite[] {
  const last = new Map<string, EntityWrite>();
  for (const write of writes) {
    const name = JSON.stringify([write.key.partition, write.key.id]);
    last.delete(name);
    last.set(name, write);
  }
  return [...last.values()];
}

/** The change as it is written before its commit at `sequence` is known. */
export function beforeCommit(change: Change, sequence: Sequence): Change {
  return withSequence(change, { from: sequence, to: thisCommit });
}

/** The change as its commit at `sequence` made it; the inverse of `beforeCommit`. */
export function afterCommit(change: Change, sequence: Sequence): Change {
  return withSequence(change, { from: thisCommit, to: sequence });
}

/** `createdAt` of a rule that the commit of its policy, or of a replacement of all its rules, may have shown. */
export function createdWithOwner(
  createdAt: CreatedAt,
  policy: Pick<Policy, 'createdAt' | 'rulesSince'>,
): CreatedAt {
  if (createdAt.sequence !== thisCommit) return createdAt;
  return { ...createdAt, sequence: policy.rulesSince ?? policy.createdAt.sequence };
}

function withSequence(change: Change, replace: { readonly from: Sequence; readonly to: Sequence }): Change {
  const moved = (createdAt: CreatedAt): CreatedAt =>
    createdAt.sequence === replace.from ? { ...createdAt, sequence: replace.to } : createdAt;
  switch (change.kind) {
    case 'policy-created':
      return {
        ...change,
        policy: {
          ...change.policy,
          createdAt: moved(change.policy.createdAt),
          rulesSince: change.policy.rulesSince === replace.from ? replace.to : change.policy.rulesSince,
        },
        rules: change.rules.map((rule) => ({ ...rule, createdAt: moved(rule.createdAt) })),
      };
    case 'execution-opened':
      return {
        ...change,
        execution: { ...change.execution, createdAt: moved(change.execution.createdAt) },
      };
    case 'rule-inserted':
      return { ...change, rule: { ...change.rule, createdAt: moved(change.rule.createdAt) } };
    case 'library-policy-created':
    case 'library-policy-replaced': {
      const { libraryPolicy } = change;
      return {
        ...change,
        libraryPolicy: { ...libraryPolicy, createdAt: moved(libraryPolicy.createdAt) },
      };
    }
    case 'data-source-created':
      return {
        ...change,
        dataSource: { ...change.dataSource, createdAt: moved(change.dataSource.createdAt) },
      };
    default:
      return change;
  }
}

function isDelta(write: EntityWrite): boolean {
  return write.key.partition.startsWith('delta#');
}

function isOwned(write: EntityWrite): boolean {
  return write.key.partition.includes('#');
}
