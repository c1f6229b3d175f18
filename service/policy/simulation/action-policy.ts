import type { Atom, Literal, Term } from '../../datalog/tree.ts';
import type { Tuple, Value } from '../../datalog/value.ts';
import type { Inclusion, OpenTuple } from '../../engine/overlay/inclusion.ts';
import type { Overlay } from '../../engine/overlay/overlay.ts';
import type { Catalog } from '../catalog.ts';
import { constants, headOf, isUpdate, writtenTable } from './statement-shape.ts';
import { compareRows } from './value-order.ts';

/** The reserved table whose rows an action hands to the next one (reference 3.6). */
const resultTable = 'result';

export interface AskedTable {
  readonly table: string;
  readonly arity: number;
}

/**
 * The policy that describes actions, together with the queried one and the atoms of the action that is being
 * simulated (the scratch facts).
 */
export class ActionPolicy {
  readonly #catalog: Catalog;
  readonly #name: string;
  readonly #inclusion: Inclusion;
  /** Names of update tables, as heads are written. */
  readonly #updateTables: readonly string[];
  #definesResult: boolean;
  readonly actions: ReadonlySet<string>;

  constructor(parts: {
    readonly catalog: Catalog;
    readonly overlay: Overlay;
    readonly name: string;
    readonly queried: string;
  }) {
    const { catalog, overlay, name, queried } = parts;
    this.#catalog = catalog;
    this.#name = name;
    this.#inclusion = overlay.including({ policy: name, included: queried });
    const heads = headTables(catalog, name);
    this.#updateTables = [...heads].filter(([, atom]) => isUpdate(atom)).map(([table]) => table);
    this.#definesResult = heads.has(resultTable);
    this.actions = new Set(
      this.#inclusion.rows('action', 1).flatMap(([value]) => (typeof value === 'string' ? [value] : [])),
    );
  }

  /** The scratch facts are these and no others. */
  define(atoms: readonly Atom[]): void {
    this.#inclusion.clearScratch();
    this.add(atoms);
  }

  add(atoms: readonly Atom[]): void {
    for (const atom of atoms) this.#inclusion.addScratch(writtenTable(atom), tupleOf(atom));
  }

  /** The state of some policy has changed; `table` of `policy` has been written to. */
  noteUpdate(policy: string, table: string): void {
    this.#inclusion.refresh();
    if (policy === this.#name && table === resultTable) this.#definesResult = true;
  }

  /** The first of the bindings that make a body true, in the order of their values; null when there is none. */
  firstBinding(body: readonly Literal[]): ReadonlyMap<string, Value> | null {
    const { names, rows } = this.#inclusion.bindings(body);
    const [first, ...others] = rows;
    if (first === undefined) return null;
    const least = others.reduce((best, row) => (compareRows(row, best) < 0 ? row : best), first);
    return new Map(names.flatMap((name, at) => (least[at] === null ? [] : [[name, least[at]!] as const])));
  }

  /**
   * Every true instance of every update table: deletes before inserts, sorted. Where both `t+(v)` and `t-(v)` are, the
   * insert wins. A column without value gets a new identifier, the same wherever that variable stands.
   */
  updates(newUuid: () => string): readonly Atom[] {
    const open = this.#updateTables.flatMap((table) =>
      this.#rowsOf(table).map((tuple) => ({ table, tuple })),
    );
    const inserted = new Set(open.filter(({ table }) => table.endsWith('+')).map(keyOf));
    const wanted = open.filter(({ table, tuple }) => {
      return table.endsWith('+') || !inserted.has(keyOf({ table: `${table.slice(0, -1)}+`, tuple }));
    });
    wanted.sort((left, right) => {
      const bySign = Number(left.table.endsWith('+')) - Number(right.table.endsWith('+'));
      return bySign === 0 ? (keyOf(left) < keyOf(right) ? -1 : 1) : bySign;
    });
    const identifiers = new Map<number, string>();
    const close = (value: OpenTuple[number]): Value => {
      if (typeof value !== 'object') return value;
      const known = identifiers.get(value.variable) ?? newUuid();
      identifiers.set(value.variable, known);
      return known;
    };
    return wanted.map(({ table, tuple }) => atomOf(table, tuple.map(close)));
  }

  /** What the action hands on: ground rows of `result`. */
  results(): readonly Atom[] {
    if (!this.#definesResult) return [];
    return this.#rowsOf(resultTable)
      .filter((tuple): tuple is Tuple => tuple.every((value) => typeof value !== 'object'))
      .sort(compareRows)
      .map((tuple) => atomOf(resultTable, tuple));
  }

  /** The tables that are asked after an action, as heads are written, with their numbers of columns. */
  get askedTables(): { readonly updates: readonly AskedTable[]; readonly result: AskedTable | null } {
    const asked = (table: string): readonly AskedTable[] => {
      const arity = this.#catalog.arityOf(this.#name, table);
      return arity === undefined ? [] : [{ table, arity }];
    };
    const [result = null] = this.#definesResult ? asked(resultTable) : [];
    return { updates: this.#updateTables.flatMap(asked), result };
  }

  #rowsOf(table: string): readonly OpenTuple[] {
    const arity = this.#catalog.arityOf(this.#name, table);
    return arity === undefined ? [] : [...this.#inclusion.rows(table, arity)];
  }
}

function headTables(catalog: Catalog, policy: string): ReadonlyMap<string, Atom> {
  const owner = catalog.policyByName(policy);
  const heads = owner === undefined ? [] : catalog.rules(owner.id).map(({ formula }) => headOf(formula));
  return new Map(heads.map((atom) => [writtenTable(atom), atom]));
}

function atomOf(written: string, values: readonly Value[]): Atom {
  const colon = written.indexOf(':');
  const name =
    colon < 0
      ? { policy: null, table: written }
      : { policy: written.slice(0, colon), table: written.slice(colon + 1) };
  return { modal: null, ...name, args: constants(values), columnArgs: [] };
}

function tupleOf({ args }: Atom): Tuple {
  return args.flatMap((term: Term) => (term.kind === 'constant' ? [term.value] : []));
}

function keyOf({ table, tuple }: { readonly table: string; readonly tuple: OpenTuple }): string {
  const parts = tuple.map((value) =>
    typeof value === 'object'
      ? `variable ${value.variable}`
      : `${typeof value} ${JSON.stringify(String(value))}`,
  );
  return `${table}(${parts.join()})`;
}
