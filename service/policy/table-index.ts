import { builtinCalled } from '../datalog/builtins.ts';
import type { Atom, Literal } from '../datalog/tree.ts';
import { CountedSet } from './counted-set.ts';
import { CreationOrdered } from './creation-order.ts';
import type { CreatedAt, StoredRule } from './entities.ts';

/**
 * What the stored rules say about tables, kept up to date rule by rule:
 * - the table list of each policy (Congress reference 1.7): tables of non-modal heads and of facts, and every
 *   table of a body that is no builtin, as written;
 * - which tables of another policy or data source some body mentions, qualified;
 * - every use of a table with its number of columns (reference 2.10): the head counts for the rule's own policy,
 *   a body literal for the policy it belongs to, whether that exists or not.
 *
 * Congress counts a use only for a policy that exists when the rule is inserted, and the first use decides.
 * Both follow from `createdAt`: the arity of a table is that of its first use created after its policy. So it
 * depends on the stored entities alone, is the same after a restart, and taking a rule back is exact.
 */
export class TableIndex {
  readonly #listed = new Map<string, CountedSet>();
  readonly #mentioned = new Map<string, CountedSet>();
  readonly #uses = new Map<string, CreationOrdered<TableUse>>();
  readonly #executes = new CountedSet();

  add(policyName: string, rule: StoredRule): void {
    for (const table of listedTables(rule)) countedIn(this.#listed, policyName).add(table);
    for (const { policy, table } of mentions(rule)) countedIn(this.#mentioned, policy).add(table);
    for (const text of executeTexts(policyName, rule)) this.#executes.add(text);
    for (const [key, use] of tableUses(policyName, rule)) {
      const uses = this.#uses.get(key) ?? new CreationOrdered<TableUse>();
      uses.add(use);
      this.#uses.set(key, uses);
    }
  }

  /** The inverse of `add`. */
  remove(policyName: string, rule: StoredRule): void {
    for (const table of listedTables(rule)) removeFrom(this.#listed, policyName, table);
    for (const { policy, table } of mentions(rule)) removeFrom(this.#mentioned, policy, table);
    for (const text of executeTexts(policyName, rule)) this.#executes.remove(text);
    for (const [key, use] of tableUses(policyName, rule)) {
      const uses = this.#uses.get(key);
      uses?.remove(use.createdAt);
      if (uses?.size === 0) this.#uses.delete(key);
    }
  }

  /** Sorted names, as rules write them. */
  tables(policyName: string): readonly string[] {
    return this.#listed.get(policyName)?.sorted() ?? [];
  }

  has(policyName: string, table: string): boolean {
    return this.#listed.get(policyName)?.has(table) ?? false;
  }

  /** Of the `execute` heads of all rules, sorted. */
  executeTables(): readonly ExecuteTable[] {
    return this.#executes.sorted().map((text) => JSON.parse(text) as ExecuteTable);
  }

  /** True when a body somewhere mentions `qualifier:table`. */
  isMentioned(qualifier: string, table: string): boolean {
    return this.#mentioned.get(qualifier)?.has(table) ?? false;
  }

  /** True when a body somewhere mentions any table of the qualifier. */
  mentions(qualifier: string): boolean {
    return this.#mentioned.has(qualifier);
  }

  /** Columns of the first use of the table that was created after `after`. */
  arity(policyName: string, table: string, after: CreatedAt): number | undefined {
    return this.#uses.get(useKey(policyName, table))?.firstAfter(after)?.arity;
  }
}

/**
 * A table whose rows are calls of an action (Congress reference 3.8). Without a qualifier the service is the
 * policy's own name. The same action with another number of arguments is another table.
 */
export interface ExecuteTable {
  readonly policy: string;
  readonly service: string;
  readonly action: string;
  readonly arity: number;
}

interface TableUse {
  readonly arity: number;
  /** Of the rule. */
  readonly createdAt: CreatedAt;
}

function countedIn(sets: Map<string, CountedSet>, name: string): CountedSet {
  let set = sets.get(name);
  if (set === undefined) {
    set = new CountedSet();
    sets.set(name, set);
  }
  return set;
}

function removeFrom(sets: Map<string, CountedSet>, name: string, text: string): void {
  const set = countedIn(sets, name);
  set.remove(text);
  if (set.size === 0) sets.delete(name);
}

/** As texts that are equal for equal tables. */
function executeTexts(policyName: string, { formula }: StoredRule): readonly string[] {
  if (formula.kind === 'fact') return [];
  return formula.heads
    .filter(({ atom }) => atom.modal === 'execute')
    .map(({ atom }) => {
      const table: ExecuteTable = {
        policy: policyName,
        service: atom.policy ?? policyName,
        action: atom.table,
        arity: atom.args.length,
      };
      return JSON.stringify(table);
    });
}

function listedTables({ formula }: StoredRule): readonly string[] {
  if (formula.kind === 'fact') return [formula.atom.table];
  const heads = formula.heads.filter(({ atom }) => atom.modal === null);
  return [...heads, ...formula.body.filter(isStoredTable)].map(({ atom }) => writtenName(atom));
}

function mentions({ formula }: StoredRule): readonly { readonly policy: string; readonly table: string }[] {
  if (formula.kind === 'fact') return [];
  return formula.body.filter(isStoredTable).flatMap(({ atom }) => {
    return atom.policy === null ? [] : [{ policy: atom.policy, table: atom.table }];
  });
}

/** One use per table and rule: the first counts, heads before the body. */
function tableUses(policyName: string, rule: StoredRule): ReadonlyMap<string, TableUse> {
  const { formula, createdAt } = rule;
  const uses = new Map<string, TableUse>();
  const note = (policy: string, { table, args }: Atom) => {
    const key = useKey(policy, table);
    if (!uses.has(key)) uses.set(key, { arity: args.length, createdAt });
  };
  if (formula.kind === 'fact') {
    note(policyName, formula.atom);
    return uses;
  }
  for (const { atom } of formula.heads) {
    note(policyName, atom);
    // `alice:p+(x)` in an action policy is listed under its qualified name too, so its arity is asked for.
    if (atom.modal === null && atom.policy !== null) note(policyName, { ...atom, table: writtenName(atom) });
  }
  for (const { atom } of formula.body.filter(isStoredTable)) note(atom.policy ?? policyName, atom);
  return uses;
}

function isStoredTable({ atom }: Literal): boolean {
  return builtinCalled(atom) === undefined;
}

function writtenName({ policy, table }: Atom): string {
  return policy === null ? table : `${policy}:${table}`;
}

/** The first colon ends the policy: names hold none. */
function useKey(policyName: string, table: string): string {
  return `${policyName}:${table}`;
}
