import type { JsonObject } from '../base/json.ts';
import type { CatalogContents } from '../policy/catalog-contents.ts';
import type { Change } from '../policy/change.ts';
import type { TableDelta, TableVersion } from '../policy/entities.ts';
import {
  dataSourceFromEntity,
  idempotencyEntryFromEntity,
  libraryPolicyFromEntity,
  policyFromEntity,
  ruleFromEntity,
  tableVersionFromEntity,
} from '../policy/entity-json.ts';
import {
  dataSourcePartition,
  deltaPartition,
  enforcementPartition,
  entityWrites,
  executionPartition,
  idempotencyPartition,
  libraryFilledPartition,
  libraryPartition,
  policyPartition,
  rulesPartition,
  tablePartition,
} from '../policy/entity-writes.ts';
import { executionFromEntity, settingsFromEntity } from '../policy/execution-json.ts';
import { tableDeltaFromEntity } from '../policy/table-delta-json.ts';
import type { Entity, EntityWrite } from '../store/state-store.ts';
import { createdWithOwner } from './bulk-changes.ts';

/**
 * The entities as they were found, partition by partition, while others went on writing. Taken together they
 * never existed; replaying the records written since before the first read makes them the entities of one
 * sequence, because a record says absolutely what each item became, so doing it twice does no harm.
 */
export class EntityMap {
  readonly #partitions = new Map<string, Map<string, JsonObject>>();

  addAll(entities: readonly Entity[]): void {
    for (const { key, body } of entities) this.#partition(key.partition).set(key.id, body);
  }

  replay(change: Change): void {
    for (const write of entityWrites(change)) this.write(write);
  }

  write(write: EntityWrite): void {
    const { partition, id } = write.key;
    if (write.kind === 'put') this.#partition(partition).set(id, write.body);
    else this.#partition(partition).delete(id);
  }

  /** Everything that is held, in no particular order. */
  all(): readonly Entity[] {
    return [...this.#partitions].flatMap(([partition, entities]) =>
      [...entities].map(([id, body]) => ({ key: { partition, id }, body })),
    );
  }

  /** Of everything that nothing else owns. */
  static readonly rootPartitions: readonly string[] = [
    policyPartition,
    dataSourcePartition,
    idempotencyPartition,
    executionPartition,
    enforcementPartition,
    libraryPartition,
    libraryFilledPartition,
  ];

  /** Partitions of what the policies and data sources found so far own. */
  ownedPartitions(): readonly string[] {
    const { policies, dataSources } = this.#owners();
    return [
      ...policies.map(({ id, rulesVersion }) => rulesPartition(id, rulesVersion)),
      ...dataSources.flatMap(({ id }) => [tablePartition(id), deltaPartition(id)]),
    ];
  }

  /** What belongs to an owner that is not there is left out: it waits to be deleted, or to be shown. */
  contents(): CatalogContents {
    const { policies, dataSources } = this.#owners();
    return {
      policies,
      rules: policies.flatMap((policy) =>
        this.#bodies(rulesPartition(policy.id, policy.rulesVersion)).map((body) => {
          const rule = ruleFromEntity(body);
          return { ...rule, createdAt: createdWithOwner(rule.createdAt, policy) };
        }),
      ),
      dataSources,
      tableVersions: dataSources.flatMap(({ id }) =>
        this.#bodies(tablePartition(id)).map(tableVersionFromEntity),
      ),
      idempotencyEntries: this.#bodies(idempotencyPartition)
        .map(idempotencyEntryFromEntity)
        .sort((left, right) => left.sequence - right.sequence),
      executions: this.#bodies(executionPartition).map(executionFromEntity),
      enforcement: this.#bodies(enforcementPartition).map(settingsFromEntity)[0] ?? null,
      libraryPolicies: this.#bodies(libraryPartition).map(libraryPolicyFromEntity),
      libraryFilled: this.#bodies(libraryFilledPartition).length > 0,
    };
  }

  /** Of this version, in any order. */
  deltasOf({ dataSourceId, table, version }: TableVersion): readonly TableDelta[] {
    return this.#bodies(deltaPartition(dataSourceId))
      .map(tableDeltaFromEntity)
      .filter((delta) => delta.table === table && delta.version === version);
  }

  #owners(): Pick<CatalogContents, 'policies' | 'dataSources'> {
    return {
      policies: this.#bodies(policyPartition).map(policyFromEntity),
      dataSources: this.#bodies(dataSourcePartition).map(dataSourceFromEntity),
    };
  }

  #bodies(partition: string): readonly JsonObject[] {
    return [...(this.#partitions.get(partition)?.values() ?? [])];
  }

  #partition(name: string): Map<string, JsonObject> {
    const present = this.#partitions.get(name) ?? new Map<string, JsonObject>();
    this.#partitions.set(name, present);
    return present;
  }
}
