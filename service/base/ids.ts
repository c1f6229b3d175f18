declare const brand: unique symbol;
type Branded<Base, Name extends string> = Base & { readonly [brand]: Name };

/** Position in the change log: 0 is the empty log, the first commit is 1, no gaps. */
export type Sequence = Branded<number, 'Sequence'>;
export type PolicyId = Branded<string, 'PolicyId'>;
export type RuleId = Branded<string, 'RuleId'>;
export type LibraryPolicyId = Branded<string, 'LibraryPolicyId'>;
export type DataSourceId = Branded<string, 'DataSourceId'>;
/** One process; new at every start. */
export type ReplicaId = Branded<string, 'ReplicaId'>;
/** One attempt to commit; equal in the sequence item and the change record it belongs to. */
export type CommitId = Branded<string, 'CommitId'>;

/** Parses an untrusted number into a Sequence; undefined when it is not a safe integer >= 0. */
export function sequenceFrom(value: unknown): Sequence | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? (value as Sequence)
    : undefined;
}

/** The position after `sequence`. */
export function nextSequence(sequence: Sequence): Sequence {
  return (sequence + 1) as Sequence;
}
