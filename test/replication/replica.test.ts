import type { CommitId, DataSourceId, PolicyId, Sequence } from '../../service/base/ids.ts';
import { Engine } from '../../service/engine/engine.ts';
import { Catalog } from '../../service/policy/catalog.ts';
import type { Change } from '../../service/policy/change.ts';
import type { TableVersion } from '../../service/policy/entities.ts';
import { UnknownTables } from '../../service/policy/unknown-tables.ts';
import type { PreparedRecord, RecordContent } from '../../service/replication/prepared-record.ts';
import { Replica, type ReplicaState } from '../../service/replication/replica.ts';

function emptyState(sequence = 0): ReplicaState {
  return {
    sequence: sequence as Sequence,
    catalog: new Catalog(),
    engine: new Engine(),
    unknown: new UnknownTables(),
  };
}

function record(sequence: number, content: RecordContent): PreparedRecord {
  return { sequence: sequence as Sequence, commitId: `commit-${sequence}` as CommitId, content };
}

function creating(sequence: number, name = `p${sequence}`): PreparedRecord {
  const policy = {
    id: `id-${name}` as PolicyId,
    name,
    abbreviation: name,
    description: '',
    ownerId: 'user',
    kind: 'nonrecursive',
    rulesVersion: 0,
    rulesSince: null,
    createdAt: { sequence: sequence as Sequence, ordinal: 0 },
  } as const;
  return record(sequence, { kind: 'changes', changes: [{ kind: 'policy-created', policy, rules: [] }] });
}

const noRows = (): null => null;
const names = (replica: Replica): readonly string[] =>
  replica.state.catalog.policies().map(({ name }) => name);

/** The mechanism switched off: takes whatever is newer, as a replica would that trusts the head alone. */
class GapSkippingReplica extends Replica {
  override applyRecords(...[records, rowsOf]: Parameters<Replica['applyRecords']>) {
    const applied = records.map((each) => {
      this.install({ ...this.state, sequence: (each.sequence - 1) as Sequence });
      return super.applyRecords([each], rowsOf);
    });
    return applied.at(-1) ?? super.applyRecords([], rowsOf);
  }
}

describe('the replica', () => {
  it('applies records that follow each other', () => {
    const replica = new Replica(emptyState());
    const result = replica.applyRecords([creating(1), creating(2)], noRows);
    expect(result.applied.map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect(replica.state.sequence).toBe(2);
    expect(names(replica)).toEqual(['p1', 'p2']);
  });

  it('stops before a hole, and loses nothing', () => {
    const replica = new Replica(emptyState());
    expect(replica.applyRecords([creating(1), creating(3)], noRows).gap).toBe(2);
    expect(replica.state.sequence).toBe(1);
    replica.applyRecords([creating(2), creating(3)], noRows);
    expect(names(replica)).toEqual(['p1', 'p2', 'p3']);
  });

  it('would lose a change if it skipped a hole', () => {
    const replica = new GapSkippingReplica(emptyState());
    replica.applyRecords([creating(1), creating(3)], noRows);
    expect(replica.state.sequence).toBe(3);
    expect(names(replica)).not.toContain('p2');
  });

  it('passes over records that it has', () => {
    const replica = new Replica(emptyState());
    replica.applyRecords([creating(1), creating(2)], noRows);
    expect(replica.applyRecords([creating(1), creating(2), creating(3)], noRows).applied.length).toBe(1);
    expect(names(replica)).toEqual(['p1', 'p2', 'p3']);
  });

  it('stops for good at a record of a newer format, and stays readable', () => {
    const replica = new Replica(emptyState());
    replica.applyRecords(
      [creating(1), record(2, { kind: 'newer-format', formatVersion: 7 }), creating(3)],
      noRows,
    );
    expect(replica.standstill).toEqual({ kind: 'newer-format', sequence: 2, formatVersion: 7 });
    expect(replica.applyRecords([creating(2)], noRows).applied).toEqual([]);
    expect(names(replica)).toEqual(['p1']);
  });

  it('applies a record whole or not at all', () => {
    const replica = new Replica(emptyState());
    replica.applyRecords([creating(1)], noRows);
    const digest = replica.state.catalog.digest();
    const first = creating(2).content;
    const again = creating(2, 'p1').content;
    const changes = [first, again].flatMap((each) => (each.kind === 'changes' ? each.changes : []));
    replica.applyRecords([record(2, { kind: 'changes', changes })], noRows);
    expect(replica.standstill).toMatchObject({ kind: 'cannot-apply', sequence: 2 });
    expect(replica.state.sequence).toBe(1);
    expect(replica.state.catalog.digest()).toBe(digest);
  });

  it('takes over a state built beside it, but never an older one', () => {
    const replica = new Replica(emptyState());
    replica.applyRecords([creating(1), creating(2)], noRows);
    expect(replica.install(emptyState(1))).toBe(false);
    expect(replica.state.sequence).toBe(2);
    expect(replica.install(emptyState(5))).toBe(true);
    expect(replica.state.sequence).toBe(5);
  });

  it('needs no rows of a table version that another one replaced in the same step', () => {
    const replica = new Replica(emptyState());
    const versions = ['v1', 'v2'].map(
      (version): TableVersion => ({
        dataSourceId: 'ds' as DataSourceId,
        table: 't',
        version,
        chunks: 1,
        rows: 1,
        digest: version,
        replacedAtMs: null,
        updates: 1,
      }),
    );
    const dataSource = {
      id: 'ds' as DataSourceId,
      name: 'ds',
      engineName: 'ds',
      driver: 'push',
      description: null,
      enabled: true,
      config: null,
      tables: [{ table: 't', columns: [{ name: 'c', description: null }] }],
      createdAt: { sequence: 1 as Sequence, ordinal: 0 },
    };
    const changes: readonly Change[] = [
      { kind: 'data-source-created', dataSource },
      { kind: 'table-replaced', table: versions[0]!, before: null, engineName: 'ds', arity: 1 },
      { kind: 'table-replaced', table: versions[1]!, before: versions[0]!, engineName: 'ds', arity: 1 },
    ];
    const rowsOf = ({ version }: TableVersion) => (version === 'v2' ? [['new']] : null);
    replica.applyRecords([record(1, { kind: 'changes', changes })], rowsOf);
    expect(replica.standstill).toBeNull();
    const relation = { policy: 'ds', table: 't', arity: 1, modal: null };
    expect(replica.state.engine.rows(relation)).toEqual([['new']]);
  });
});
