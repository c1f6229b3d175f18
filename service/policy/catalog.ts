import { assert, unreachable } from '../base/assert.ts';
import type { DataSourceId, PolicyId } from '../base/ids.ts';
import { SetDigest } from '../base/set-digest.ts';
import type { AdmissionContext } from '../datalog/admission/admission-context.ts';
import { DependencyGraph } from '../datalog/dependency-graph.ts';
import { statementKey } from '../datalog/identity.ts';
import type { Formula } from '../datalog/tree.ts';
import { type AdmissionReads, admissionContextOf } from './admission-reads.ts';
import type { CatalogContents } from './catalog-contents.ts';
import type { Change } from './change.ts';
import { compareCreation } from './creation-order.ts';
import { DataSourceShelf } from './data-source-shelf.ts';
import { digestText, enforcementTexts, executionText, settingsText } from './digest-texts.ts';
import type {
  DataSource,
  IdempotencyEntry,
  Policy,
  StoredRule,
  TableSchema,
  TableVersion,
} from './entities.ts';
import { idempotencyEntryToEntity, policyToEntity, ruleToEntity } from './entity-json.ts';
import { ExecutionShelf } from './execution-shelf.ts';
import { inverseOf } from './inverse-change.ts';
import { LibraryShelf, type PolicyLibrary } from './library-shelf.ts';
import { PolicyShelf } from './policy-shelf.ts';
import { type ExecuteTable, TableIndex } from './table-index.ts';

/**
 * Everything replicated except rows, as of one sequence: the same on every replica. Reads are synchronous and
 * answer what is held, not copies: use them before the next change.
 *
 * `apply` and `revert` cost in proportion to the change. They are exact inverses: after both, every read and
 * the digest answer as before. A change that does not fit what is held is a bug (AssertionFailure); planners
 * (writes/) are where wishes are checked.
 */
export class Catalog {
  readonly #policies = new PolicyShelf();
  readonly #requests = new Map<string, IdempotencyEntry>();
  readonly #executions = new ExecutionShelf();
  readonly #tables = new TableIndex();
  readonly #graph = new DependencyGraph();
  readonly #digest = new SetDigest();
  readonly #dataSources = new DataSourceShelf(this.#digest);
  readonly #library = new LibraryShelf(this.#digest);

  /** A catalog that holds these entities, whatever history led to them. */
  static load(contents: CatalogContents): Catalog {
    const catalog = new Catalog();
    for (const policy of contents.policies) catalog.#addPolicy(policy);
    for (const rule of [...contents.rules].sort((left, right) =>
      compareCreation(left.createdAt, right.createdAt),
    )) {
      catalog.#addRule(rule);
    }
    for (const dataSource of contents.dataSources) catalog.#dataSources.addDataSource(dataSource);
    for (const version of contents.tableVersions) catalog.#dataSources.addVersion(version);
    for (const entry of contents.idempotencyEntries) catalog.#addRequest(entry);
    catalog.#executions.load(contents.executions, contents.enforcement);
    for (const execution of contents.executions) catalog.#digest.add(executionText(execution));
    if (contents.enforcement !== null) catalog.#digest.add(settingsText(contents.enforcement));
    catalog.#library.load(contents);
    return catalog;
  }

  /** The execution ledger and the switches of enforcement. */
  get executions(): Omit<ExecutionShelf, 'apply' | 'revert' | 'load'> {
    return this.#executions;
  }

  /** Every kind of action that some rule of some policy asks for; sorted. */
  executeTables(): readonly ExecuteTable[] {
    return this.#tables.executeTables();
  }

  /** In order of creation. */
  policies(): readonly Policy[] {
    return this.#policies.list();
  }

  policyByName(name: string): Policy | undefined {
    return this.#policies.byName(name)?.policy;
  }

  /** An id goes before an equal name. */
  policyByIdOrName(idOrName: string): Policy | undefined {
    return (this.#policies.byId(idOrName) ?? this.#policies.byName(idOrName))?.policy;
  }

  /** Rules of a policy; 0 when there is no such policy. */
  ruleCount(policyId: PolicyId): number {
    return this.#policies.byId(policyId)?.rules.size ?? 0;
  }

  /** In order of creation; empty when there is no such policy. */
  rules(policyId: PolicyId): readonly StoredRule[] {
    return this.#policies.byId(policyId)?.rules.list() ?? [];
  }

  rule(policyId: PolicyId, ruleId: string): StoredRule | undefined {
    return this.#policies.byId(policyId)?.ruleById.get(ruleId as StoredRule['id']);
  }

  /** The rule of this policy that is the same statement (Congress reference 2.11). */
  ruleOfStatement(policyId: PolicyId, formula: Formula): StoredRule | undefined {
    const shelved = this.#policies.byId(policyId);
    const id = shelved?.ruleByStatement.get(statementKey(formula));
    return id === undefined ? undefined : shelved?.ruleById.get(id);
  }

  get library(): PolicyLibrary {
    return this.#library;
  }

  /** In order of creation. */
  dataSources(): readonly DataSource[] {
    return this.#dataSources.list();
  }

  dataSourceByName(name: string): DataSource | undefined {
    return this.#dataSources.byName(name)?.dataSource;
  }

  dataSourceById(id: string): DataSource | undefined {
    return this.#dataSources.byId(id)?.dataSource;
  }

  /** The data source whose tables rules mean when they write `name:table`. */
  dataSourceInRules(name: string): DataSource | undefined {
    const dataSource = this.dataSourceByName(name);
    return dataSource?.engineName === name ? dataSource : undefined;
  }

  /** An id goes before an equal name. */
  dataSourceByIdOrName(idOrName: string): DataSource | undefined {
    return (this.#dataSources.byId(idOrName) ?? this.#dataSources.byName(idOrName))?.dataSource;
  }

  tableSchema(dataSourceId: DataSourceId, table: string): TableSchema | undefined {
    return this.#dataSources.byId(dataSourceId)?.schemas.get(table);
  }

  /** Undefined while the table has never had content. */
  tableVersion(dataSourceId: DataSourceId, table: string): TableVersion | undefined {
    return this.#dataSources.byId(dataSourceId)?.versions.get(table);
  }

  /** Of the tables that have content, sorted by table. */
  tableVersions(dataSourceId: DataSourceId): readonly TableVersion[] {
    const versions = [...(this.#dataSources.byId(dataSourceId)?.versions.values() ?? [])];
    return versions.sort((left, right) => (left.table < right.table ? -1 : 1));
  }

  /** By the key that {@link IdempotencyEntry} holds. */
  idempotencyEntry(key: string): IdempotencyEntry | undefined {
    return this.#requests.get(key);
  }

  /** In no particular order. */
  idempotencyEntries(): Iterable<IdempotencyEntry> {
    return this.#requests.values();
  }

  /**
   * Tables listed under a policy or under the data source that rules know by this name (Congress reference
   * 1.7), sorted; undefined when there is neither. A data source lists those that a rule body mentions.
   */
  tablesOf(policyName: string): readonly string[] | undefined {
    if (this.#policies.byName(policyName) !== undefined) return this.#tables.tables(policyName);
    const schemas = this.#schemasInRules(policyName);
    if (schemas === undefined) return undefined;
    return [...schemas.keys()].filter((table) => this.#tables.isMentioned(policyName, table)).sort();
  }

  /** Whether some rule body names a table of this policy or data source with its qualifier. */
  isMentioned(name: string): boolean {
    return this.#tables.mentions(name);
  }

  /** Whether {@link tablesOf} holds the table. */
  hasTable(policyName: string, table: string): boolean {
    if (this.#policies.byName(policyName) !== undefined) return this.#tables.has(policyName, table);
    return (
      this.#schemasInRules(policyName)?.has(table) === true && this.#tables.isMentioned(policyName, table)
    );
  }

  /**
   * Number of columns of a table of a policy or data source, as far as anything says so (Congress reference
   * 2.10); `table` may be qualified and then means a table of the qualifier.
   */
  arityOf(policyName: string, table: string): number | undefined {
    const colon = table.indexOf(':');
    const policy = this.#policies.byName(policyName)?.policy;
    if (colon >= 0) {
      const other = this.arityOf(table.slice(0, colon), table.slice(colon + 1));
      if (other !== undefined || policy === undefined) return other;
    }
    if (policy !== undefined) return this.#tables.arity(policyName, table, policy.createdAt);
    return this.#schemasInRules(policyName)?.get(table)?.columns.length;
  }

  /**
   * What admission reads (Congress reference 2.5 to 2.10), as of now. With `newcomer`, as if that policy were
   * there already, without rules.
   */
  admissionContext(newcomer?: Policy): AdmissionContext {
    const reads: AdmissionReads = {
      policyByName: (name) => this.policyByName(name),
      isDataSource: (name) => this.dataSourceInRules(name) !== undefined,
      schemasInRules: (name) => this.#schemasInRules(name),
      ruleOfStatement: (id, formula) => this.ruleOfStatement(id, formula),
      tables: this.#tables,
      graph: this.#graph,
    };
    return admissionContextOf(reads, newcomer);
  }

  /**
   * Equal for equal entities, in whatever order they came: 32 hexadecimal digits over the canonical JSON of
   * every entity.
   */
  digest(): string {
    return this.#digest.toString();
  }

  /** The change becomes part of what is held. */
  apply(change: Change): void {
    switch (change.kind) {
      case 'policy-created':
        this.#addPolicy(change.policy);
        for (const rule of change.rules) this.#addRule(rule);
        break;
      case 'policy-deleted':
        for (const rule of [...change.rules].reverse()) this.#removeRule(rule);
        this.#removePolicy(change.policy);
        break;
      case 'rule-inserted':
        this.#addRule(change.rule);
        break;
      case 'rule-deleted':
        this.#removeRule(change.rule);
        break;
      case 'rule-replaced':
        this.#removeRule(change.before);
        this.#addRule(change.rule);
        break;
      case 'policy-described':
        this.#policies.redescribe(change.policy);
        this.#digest.remove(digestText('policy', policyToEntity(change.before)));
        this.#digest.add(digestText('policy', policyToEntity(change.policy)));
        break;
      case 'library-policy-created':
      case 'library-policy-replaced':
      case 'library-policy-deleted':
      case 'library-filled':
        this.#library.apply(change);
        break;
      case 'data-source-created':
        this.#dataSources.addDataSource(change.dataSource);
        break;
      case 'data-source-deleted':
        for (const version of change.tables) this.#dataSources.removeVersion(version);
        this.#dataSources.removeDataSource(change.dataSource.id);
        break;
      case 'table-replaced':
      case 'table-changed':
        if (change.before !== null) this.#dataSources.removeVersion(change.before);
        this.#dataSources.addVersion(change.table);
        break;
      case 'data-source-updated':
        for (const version of change.dropped) this.#dataSources.removeVersion(version);
        this.#dataSources.replaceDataSource(change.dataSource);
        break;
      case 'refresh-requested':
        break;
      case 'execution-opened':
      case 'execution-changed':
      case 'execution-forgotten':
      case 'enforcement-configured':
        this.#executions.apply(change);
        this.#moveDigest(enforcementTexts(change));
        break;
      case 'request-remembered':
        this.#addRequest(change.entry);
        break;
      case 'request-forgotten':
        this.#removeRequest(change.entry);
        break;
      default:
        unreachable(change);
    }
  }

  /** Takes back the change that was applied last. */
  revert(change: Change): void {
    const inverse = inverseOf(change);
    if (inverse !== null) {
      this.apply(inverse);
      return;
    }
    switch (change.kind) {
      case 'data-source-deleted':
        this.apply({ kind: 'data-source-created', dataSource: change.dataSource });
        for (const version of change.tables) this.#dataSources.addVersion(version);
        break;
      case 'data-source-updated':
        this.#dataSources.replaceDataSource(change.before);
        for (const version of change.dropped) this.#dataSources.addVersion(version);
        break;
      case 'table-replaced':
      case 'table-changed':
        this.#dataSources.removeVersion(change.table);
        if (change.before !== null) this.#dataSources.addVersion(change.before);
        break;
      case 'execution-opened':
      case 'execution-changed':
      case 'execution-forgotten':
      case 'enforcement-configured': {
        this.#executions.revert(change);
        const { added, removed } = enforcementTexts(change);
        this.#moveDigest({ added: removed, removed: added });
        break;
      }
      default:
        assert(change.kind === 'refresh-requested', 'every change can be taken back');
    }
  }

  /** Of the data source that rules mean by this name. */
  #schemasInRules(name: string): ReadonlyMap<string, TableSchema> | undefined {
    return this.dataSourceInRules(name) === undefined ? undefined : this.#dataSources.byName(name)?.schemas;
  }

  #addPolicy(policy: Policy): void {
    this.#policies.addPolicy(policy);
    this.#digest.add(digestText('policy', policyToEntity(policy)));
  }

  #removePolicy(policy: Policy): void {
    this.#policies.removePolicy(policy.id);
    this.#digest.remove(digestText('policy', policyToEntity(policy)));
  }

  #addRule(rule: StoredRule): void {
    this.#policies.addRule(rule);
    const { name } = this.#policies.shelved(rule.policyId).policy;
    this.#tables.add(name, rule);
    this.#graph.add(name, rule.formula);
    this.#digest.add(digestText('rule', ruleToEntity(rule)));
  }

  #removeRule(rule: StoredRule): void {
    this.#policies.removeRule(rule);
    const { name } = this.#policies.shelved(rule.policyId).policy;
    this.#tables.remove(name, rule);
    this.#graph.remove(name, rule.formula);
    this.#digest.remove(digestText('rule', ruleToEntity(rule)));
  }

  #moveDigest(texts: { readonly added: readonly string[]; readonly removed: readonly string[] }): void {
    for (const text of texts.removed) this.#digest.remove(text);
    for (const text of texts.added) this.#digest.add(text);
  }

  #addRequest(entry: IdempotencyEntry): void {
    assert(!this.#requests.has(entry.key), 'a remembered request has a new key');
    this.#requests.set(entry.key, entry);
    this.#digest.add(digestText('request', idempotencyEntryToEntity(entry)));
  }

  #removeRequest(entry: IdempotencyEntry): void {
    assert(this.#requests.delete(entry.key), 'a forgotten request was remembered');
    this.#digest.remove(digestText('request', idempotencyEntryToEntity(entry)));
  }
}
