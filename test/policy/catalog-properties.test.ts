import fc from 'fast-check';
import type { JsonObject } from '../../service/base/json.ts';
import { Catalog } from '../../service/policy/catalog.ts';
import type { CatalogContents } from '../../service/policy/catalog-contents.ts';
import type { Change } from '../../service/policy/change.ts';
import { changeFromJson, changeToJson } from '../../service/policy/change-json.ts';
import {
  dataSourceFromEntity,
  idempotencyEntryFromEntity,
  libraryPolicyFromEntity,
  policyFromEntity,
  ruleFromEntity,
  tableVersionFromEntity,
} from '../../service/policy/entity-json.ts';
import { entityWrites } from '../../service/policy/entity-writes.ts';
import { executionFromEntity, settingsFromEntity } from '../../service/policy/execution-json.ts';
import { contentsOf, viewOf } from './catalog-view.ts';
import { changeFor, type Wish } from './sample-changes.ts';
import { wishes } from './wishes.ts';

/** Applies what the wishes come to; answers the changes. */
function grow(catalog: Catalog, wanted: readonly Wish[]): readonly Change[] {
  return wanted.flatMap((wish, index) => {
    const change = changeFor(catalog, wish, index + 1);
    if (change !== null) catalog.apply(change);
    return change === null ? [] : [change];
  });
}

describe('catalog, for any sequence of changes', () => {
  it('is put back exactly by taking changes back, one after the other', () => {
    fc.assert(
      fc.property(wishes, (wanted) => {
        const catalog = new Catalog();
        const views = [viewOf(catalog)];
        const changes: Change[] = [];
        wanted.forEach((wish, index) => {
          const change = changeFor(catalog, wish, index + 1);
          if (change === null) return;
          catalog.apply(change);
          changes.push(change);
          views.push(viewOf(catalog));
        });
        for (const change of changes.reverse()) {
          expect(viewOf(catalog)).toEqual(views.pop());
          catalog.revert(change);
        }
        expect(viewOf(catalog)).toEqual(views.pop());
      }),
      { numRuns: 30 },
    );
  });

  it('is the same when a change is applied, taken back and applied again', () => {
    fc.assert(
      fc.property(wishes, (wanted) => {
        const straight = new Catalog();
        const changes = grow(straight, wanted);
        const hesitant = new Catalog();
        for (const change of changes) {
          hesitant.apply(change);
          hesitant.revert(change);
          hesitant.apply(change);
        }
        expect(viewOf(hesitant)).toEqual(viewOf(straight));
      }),
      { numRuns: 25 },
    );
  });

  it('depends on the entities it holds, not on the history: loading them gives the same', () => {
    fc.assert(
      fc.property(wishes, (wanted) => {
        const catalog = new Catalog();
        grow(catalog, wanted);
        const contents = contentsOf(catalog);
        const backwards = Object.fromEntries(
          Object.entries(contents).map(([kind, entities]) => [
            kind,
            Array.isArray(entities) ? [...entities].reverse() : entities,
          ]),
        ) as unknown as CatalogContents;
        expect(viewOf(Catalog.load(backwards))).toEqual(viewOf(catalog));
      }),
      { numRuns: 30 },
    );
  });

  it('is what the entity writes of its changes leave in a store', () => {
    fc.assert(
      fc.property(wishes, (wanted) => {
        const catalog = new Catalog();
        const store = new Map<string, { readonly partition: string; readonly body: JsonObject }>();
        for (const write of grow(catalog, wanted).flatMap(entityWrites)) {
          const key = JSON.stringify(write.key);
          if (write.kind === 'delete') store.delete(key);
          else store.set(key, { partition: write.key.partition, body: throughJson(write.body) });
        }
        expect(viewOf(Catalog.load(contentsIn([...store.values()])))).toEqual(viewOf(catalog));
      }),
      { numRuns: 30 },
    );
  });

  it('comes out the same from changes that went through JSON', () => {
    fc.assert(
      fc.property(wishes, (wanted) => {
        const catalog = new Catalog();
        const copy = new Catalog();
        for (const change of grow(catalog, wanted)) {
          const back = changeFromJson(throughJson(changeToJson(change)));
          expect(back).toEqual(change);
          copy.apply(back);
        }
        expect(viewOf(copy)).toEqual(viewOf(catalog));
      }),
      { numRuns: 25 },
    );
  });
});

function throughJson(json: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(json)) as JsonObject;
}

function contentsIn(
  items: readonly { readonly partition: string; readonly body: JsonObject }[],
): CatalogContents {
  const bodies = (prefix: string) =>
    items.filter(({ partition }) => partition.split('#')[0] === prefix).map(({ body }) => body);
  return {
    policies: bodies('policy').map(policyFromEntity),
    rules: bodies('rules').map(ruleFromEntity),
    dataSources: bodies('datasource').map(dataSourceFromEntity),
    tableVersions: bodies('table').map(tableVersionFromEntity),
    idempotencyEntries: bodies('idempotency').map(idempotencyEntryFromEntity),
    executions: bodies('execution').map(executionFromEntity),
    enforcement: bodies('enforcement').map(settingsFromEntity)[0] ?? null,
    libraryPolicies: bodies('library').map(libraryPolicyFromEntity),
    libraryFilled: bodies('library-filled').length > 0,
  };
}
