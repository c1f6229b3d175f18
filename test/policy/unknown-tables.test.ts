import fc from 'fast-check';
import { parse } from '../../service/datalog/parser.ts';
import type { Rule } from '../../service/datalog/tree.ts';
import { Engine } from '../../service/engine/engine.ts';
import type { EngineChange } from '../../service/engine/engine-change.ts';
import { type HeldChange, UnknownTables } from '../../service/policy/unknown-tables.ts';
import { Oracle } from '../support/oracle.ts';

function rule(ruleId: string, text: string, policy = 'p'): HeldChange {
  return { kind: 'insert-rule', policy, ruleId, rule: parse(text, 'extended')[0] as Rule };
}

function rows(table: string, ...values: string[]): HeldChange {
  return { kind: 'replace-table', policy: 'ds', table, arity: 1, rows: values.map((value) => [value]) };
}

const awaited = (table: string): HeldChange => ({ kind: 'expect-table', policy: 'ds', table });

class Held {
  readonly engine = new Engine();
  readonly unknown = new UnknownTables();

  apply(...changes: readonly HeldChange[]): this {
    this.engine.apply(this.unknown.admit(changes));
    return this;
  }

  rows(table: string, modal: 'execute' | null = null): readonly string[] {
    return this.engine
      .rows({ policy: 'p', table, arity: 1, modal })
      .map((row) => row.join())
      .sort();
  }
}

describe('a table that was never synchronised', () => {
  const alarm = rule('r1', 'alarm(x) :- ds:servers(x), not ds:owners(x)');

  it('is concluded nothing from by a negation, until its first rows', () => {
    const held = new Held().apply(awaited('servers'), awaited('owners'), alarm, rows('servers', 'a', 'b'));
    expect(held.rows('alarm')).toEqual([]);
    held.apply(rows('owners', 'a'));
    expect(held.rows('alarm')).toEqual(['b']);
  });

  it('counts as known when it turns out to be empty', () => {
    const held = new Held().apply(awaited('owners'), alarm, rows('servers', 'a'));
    expect(held.rows('alarm')).toEqual([]);
    expect(held.apply(rows('owners')).rows('alarm')).toEqual(['a']);
  });

  it('holds back negations over what is derived from it, and through several rules', () => {
    const held = new Held().apply(
      rule('r1', 'owned(x) :- ds:owners(x)'),
      rule('r2', 'good(x) :- owned(x)'),
      rule('r3', 'alarm(x) :- ds:servers(x), not good(x)'),
      rule('r4', 'execute[nova:pause(x)] :- alarm(x)'),
      rows('servers', 'a'),
    );
    expect(held.rows('nova:pause', 'execute')).toEqual(['a']);
    held.apply(awaited('owners'));
    expect(held.rows('alarm')).toEqual([]);
    expect(held.rows('nova:pause', 'execute')).toEqual([]);
    expect(held.unknown.isUncertain('p', 'nova:pause')).toBe(true);
    held.apply(rows('owners', 'b'));
    expect(held.rows('nova:pause', 'execute')).toEqual(['a']);
    expect(held.unknown.isUncertain('p', 'nova:pause')).toBe(false);
  });

  it('shows what follows from it without negation as far as rows are there', () => {
    const held = new Held().apply(
      awaited('owners'),
      rule('r1', 'known(x) :- ds:owners(x)'),
      rule('r2', 'known(x) :- ds:servers(x)'),
      rows('servers', 'a'),
    );
    expect(held.rows('known')).toEqual(['a']);
  });

  it('is not counted before its rows are there', () => {
    const held = new Held().apply(awaited('servers'), rule('r1', 'many(count(x)) :- ds:servers(x)'));
    expect(held.rows('many')).toEqual([]);
    held.apply(rows('servers', 'a', 'b'));
    expect(held.rows('many')).toEqual(['2']);
  });

  it('becomes known to be gone with its data source', () => {
    const held = new Held().apply(awaited('owners'), alarm, rows('servers', 'a'));
    held.apply({ kind: 'drop-table', policy: 'ds', table: 'owners', arity: 1 });
    expect(held.rows('alarm')).toEqual(['a']);
  });

  it('does not bring back a rule that was deleted while it waited', () => {
    const held = new Held().apply(awaited('owners'), alarm, rows('servers', 'a'));
    held.apply({ kind: 'delete-rule', ruleId: 'r1' }).apply(rows('owners'));
    expect(held.rows('alarm')).toEqual([]);
  });

  it('for any order of changes: nothing is derived that would not hold whatever the table contains', () => {
    const texts = [
      'a(x) :- ds:t(x)',
      'b(x) :- ds:u(x), not a(x)',
      'c(x) :- ds:u(x), not b(x)',
      'd(x) :- c(x), ds:u(x)',
      'a(x) :- ds:u(x), not ds:w(x)',
      'e(x) :- ds:w(x), not d(x)',
    ];
    const step = fc.oneof(
      fc.record({ kind: fc.constant('rule' as const), at: fc.nat(texts.length - 1) }),
      fc.record({ kind: fc.constant('drop' as const), at: fc.nat(texts.length - 1) }),
      fc.record({
        kind: fc.constant('rows' as const),
        table: fc.constantFrom('t', 'u', 'w'),
        values: fc.subarray(['1', '2']),
      }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 14 }), fc.subarray(['1', '2']), (steps, hidden) => {
        const unknown = new UnknownTables();
        const held = new Engine();
        const engines = { held, some: new Oracle(), none: new Oracle() };
        const inside = new Map<number, string>();
        const tables = ['t', 'u', 'w'];
        const known = new Set<string>();
        const feed = (change: HeldChange): void => {
          held.apply(unknown.admit([change]));
          if (change.kind === 'expect-table') return;
          engines.some.apply([change]);
          engines.none.apply([change]);
        };
        for (const table of tables) feed(awaited(table));
        // Two worlds that differ in what the unknown tables really hold.
        for (const table of tables) engines.some.apply([rows(table, ...hidden) as EngineChange]);
        steps.forEach((each, index) => {
          if (each.kind === 'rows') {
            known.add(each.table);
            feed(rows(each.table, ...each.values));
          } else if (each.kind === 'rule' && !inside.has(each.at)) {
            inside.set(each.at, `r${index}`);
            feed(rule(`r${index}`, texts[each.at]!));
          } else if (each.kind === 'drop' && inside.has(each.at)) {
            feed({ kind: 'delete-rule', ruleId: inside.get(each.at)! });
            inside.delete(each.at);
          }
        });
        for (const table of ['a', 'b', 'c', 'd', 'e']) {
          const relation = { policy: 'p', table, arity: 1, modal: null };
          const shown = held.rows(relation).length;
          const certain = engines.some
            .rows(relation)
            .filter((row) => engines.none.rows(relation).includes(row));
          const all = held.rows(relation).map((row) => row.join());
          const texts = certain.join(' ');
          for (const value of all) expect(texts).toContain(value);
          if (known.size === tables.length) expect(shown).toBe(engines.some.rows(relation).length);
        }
      }),
      { numRuns: 150 },
    );
  });
});
