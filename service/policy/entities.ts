import type { DataSourceId, LibraryPolicyId, PolicyId, RuleId, Sequence } from '../base/ids.ts';
import type { Json, JsonObject } from '../base/json.ts';
import type { Formula } from '../datalog/tree.ts';
import type { Tuple } from '../datalog/value.ts';

/** Where an entity was created: lists are ordered by it, the same on every replica. */
export interface CreatedAt {
  readonly sequence: Sequence;
  /** Index among the entities created by the same commit. */
  readonly ordinal: number;
}

export type PolicyKind = 'nonrecursive' | 'action' | 'database' | 'materialized' | 'z3';

/** Congress reference 1.5. `name` is unique among policies. */
export interface Policy {
  readonly id: PolicyId;
  readonly name: string;
  readonly abbreviation: string;
  readonly description: string;
  readonly ownerId: string;
  readonly kind: PolicyKind;
  /**
   * Which set of rule items is in force: 0 at creation, another one after every wholesale replacement. Drawn at
   * random, because two replicas may prepare replacements at the same time and must not write into one set.
   */
  readonly rulesVersion: number;
  /** The commit that put this set in force; null = the one that created the policy. */
  readonly rulesSince: Sequence | null;
  readonly createdAt: CreatedAt;
}

/** Congress reference 1.6. `name` and `comment` are stored as given, of any JSON type. */
export interface StoredRule {
  readonly id: RuleId;
  readonly policyId: PolicyId;
  /** Exactly as posted. */
  readonly text: string;
  readonly name: Json;
  readonly comment: Json;
  /** What is evaluated: decided once, at commit, so every replica evaluates the same. */
  readonly formula: Formula;
  readonly createdAt: CreatedAt;
}

/**
 * A policy to copy from (Congress reference 1.11). `name` is unique in the library; nothing about the rules is
 * checked before a policy is made of it.
 */
export interface LibraryPolicy {
  readonly id: LibraryPolicyId;
  readonly name: string;
  readonly abbreviation: string;
  readonly description: string;
  /** As given, lower case or not. */
  readonly kind: string;
  /** As given, also with members that mean nothing here; each has a text `rule`. */
  readonly rules: readonly JsonObject[];
  readonly createdAt: CreatedAt;
}

interface ColumnSchema {
  readonly name: string;
  readonly description: string | null;
}

export interface TableSchema {
  readonly table: string;
  readonly columns: readonly ColumnSchema[];
}

/** How the rows of a polled data source reach the replicas (docs/ARCHITECTURE.md, section 4). */
export type PollingMode = 'leased' | 'every-replica';

/** Congress reference 1.13. `name` is unique among data sources. */
export interface DataSource {
  readonly id: DataSourceId;
  readonly name: string;
  readonly driver: string;
  readonly description: string | null;
  readonly enabled: boolean;
  readonly config: JsonObject | null;
  /**
   * The name under which rules and the engine know its tables: `name`, or one that no rule can write when a
   * policy had that name at creation (docs/decisions/0301).
   */
  readonly engineName: string;
  /** The driver's schema for this configuration, fixed at creation. */
  readonly tables: readonly TableSchema[];
  /** Absent where rows are only pushed; such tables are known, and empty, from the start. */
  readonly polling?: PollingMode;
  readonly createdAt: CreatedAt;
}

/** The content of one shared table: chunks in the row store under `version`, changed by the deltas since. */
export interface TableVersion {
  readonly dataSourceId: DataSourceId;
  readonly table: string;
  /** Unique; names the chunks. */
  readonly version: string;
  readonly chunks: number;
  /** In the chunks. */
  readonly rows: number;
  /** SHA-256 over the chunks' bytes in order, hexadecimal. */
  readonly digest: string;
  /** Absent while the table is what the chunks hold. */
  readonly deltas?: TableDeltas;
  /** Wall clock of the replica that changed the rows last, for people; null where it was not recorded. */
  readonly replacedAtMs: number | null;
  /** How often the rows were changed since the data source was created, with this time. */
  readonly updates: number;
}

/** The deltas that were committed on top of a version's chunks. */
export interface TableDeltas {
  /** From 1. */
  readonly count: number;
  /** SHA-256 over the digest before (at first, of the chunks) and the delta, hexadecimal. */
  readonly digest: string;
}

/** Delta `number` of a table version: rows that go, then rows that come. */
export interface TableDelta {
  readonly dataSourceId: DataSourceId;
  readonly table: string;
  readonly version: string;
  /** From 1, without holes. */
  readonly number: number;
  readonly deleted: readonly Tuple[];
  readonly inserted: readonly Tuple[];
}

/** Remembers the answer of a request that carried an Idempotency-Key. */
export interface IdempotencyEntry {
  /** The client's key, scoped by method and path. */
  readonly key: string;
  /** Hash of the request body; the same key with another body is refused. */
  readonly fingerprint: string;
  readonly sequence: Sequence;
  /** The result of the write, as its planner returned it. */
  readonly result: Json;
  readonly committedAtMs: number;
}
