import { chainGraph, randomGraph } from './closure-workload.ts';
import type { Workload } from './generator.ts';
import { namesWorkload } from './names-workload.ts';
import { policyWorkload } from './policy-workload.ts';
import { securityGroupWorkload } from './security-group-workload.ts';

/**
 * - `evaluate`: load, ask, count.
 * - `updates`: then 1,000 single-row changes, each followed by reading how many answers there are.
 * - `points`: 1,000 queries with the first column bound, before anything is materialised and after.
 * - `load`: only the rows, as JSON values; and from a binary snapshot.
 */
export type CaseKind = 'evaluate' | 'updates' | 'points' | 'load';

export interface PolicyText {
  readonly policy: string;
  /** Rules; unqualified tables are the policy's own, `ds:` ones are given. */
  readonly text: string;
}

/** A workload with its rules and the hand-written C++ program that is its limit. */
export interface EngineCase {
  readonly name: string;
  readonly kind: CaseKind;
  readonly family: 'closure' | 'policy' | 'groups' | 'names';
  /** Folder of the rows, shared by the cases that use the same ones. */
  readonly data: string;
  readonly generate: () => Workload;
  readonly policies: readonly PolicyText[];
  /** Relations whose rows are counted. */
  readonly asked: readonly { readonly policy: string; readonly table: string; readonly arity: number }[];
  /** Limit program of bench/limit with its mode. */
  readonly limit?: readonly [string, ...string[]];
  /** The ratio to the limit (eval, or p50 and p99) that is aimed at. */
  readonly target?: number;
}

const closureRules = `
  tc(x, y) :- ds:edge(x, y)
  tc(x, y) :- tc(x, z), ds:edge(z, y)`;
const helperRules = `
  same_group(a, b) :- ds:grp(a, g), ds:grp(b, g)
  public(n) :- ds:network(n, t, "true")`;
const policyRules = `${helperRules}
  error(s, n) :- ds:server(s, sn, t, h, st), ds:port(p, s, n, ip), ds:network(n, nt, sh),
    not public(n), not same_group(t, nt)`;
const securityRules = `
  viol(s, r) :- ds:sgrule(r, g, "ingress", "tcp", lo, hi, cidr, c1, c2), builtin:lteq(lo, 22),
    builtin:gteq(hi, 22), builtin:ip_in_network("198.51.100.7", cidr), ds:sgbind(p, g), ds:port2(p, s),
    ds:server2(s, n, "ACTIVE")`;
const nameRules = `
  bad(s) :- ds:vmname(s, n, z),
    not builtin:validate_string("^(prod|stg|dev)-[a-z]{2,8}-[0-9]{3}$", 0, "", "", n, "")
  long(s) :- ds:vmname(s, n, z), builtin:concat(n, ".", a), builtin:concat(a, z, b), builtin:len(b, l),
    builtin:gt(l, 30)`;

/** Workload m: one policy for each compute host, all of the shape of b; together they say what b says. */
function hostPolicies(count: number): readonly PolicyText[] {
  const own = Array.from({ length: count }, (_, at) => ({
    policy: `host-${at}`,
    text: `error(s, n) :- ds:server(s, sn, t, "compute-${at}", st), ds:port(p, s, n, ip),
      ds:network(n, nt, sh), not shared:public(n), not shared:same_group(t, nt)`,
  }));
  return [{ policy: 'shared', text: helperRules }, ...own];
}

const only = (text: string) => [{ policy: 'p', text }];
const table = (name: string, arity: number) => ({ policy: 'p', table: name, arity });

const closure = {
  family: 'closure',
  kind: 'evaluate',
  policies: only(closureRules),
  asked: [table('tc', 2)],
  limit: ['tc', 's'],
} as const;
const policy = { family: 'policy', policies: only(policyRules), asked: [table('error', 2)] } as const;
const groups = {
  family: 'groups',
  kind: 'evaluate',
  policies: only(securityRules),
  asked: [table('viol', 2)],
  limit: ['sg'],
  target: 3.5,
} as const;
const names = {
  family: 'names',
  kind: 'evaluate',
  policies: only(nameRules),
  asked: [table('bad', 1), table('long', 1)],
  limit: ['names'],
  target: 6,
} as const;
const sizes = { '10k': 10_000, '100k': 100_000, '1m': 1_000_000 } as const;

function policyCase(letter: 'b' | 'd' | 'e' | 'load', size: keyof typeof sizes): EngineCase {
  const common = {
    ...policy,
    name: `${letter}-${size}`,
    data: `policy-${size}`,
    generate: () => policyWorkload(sizes[size]),
  };
  if (letter === 'b') return { ...common, kind: 'evaluate', limit: ['policy', 'm'], target: 3 };
  if (letter === 'd') return { ...common, kind: 'updates', limit: ['inc'], target: 5 };
  if (letter === 'e') return { ...common, kind: 'points' };
  return { ...common, kind: 'load', limit: ['policy', 'd'] };
}

function manyPolicies(count: number): EngineCase {
  return {
    name: `m-${count}`,
    kind: 'updates',
    family: 'policy',
    data: 'policy-100k',
    generate: () => policyWorkload(100_000),
    policies: hostPolicies(count),
    asked: Array.from({ length: count }, (_, at) => ({ policy: `host-${at}`, table: 'error', arity: 2 })),
  };
}

export const engineCases: readonly EngineCase[] = [
  {
    ...closure,
    name: 'a-rand1000',
    data: 'rand1000',
    generate: () => randomGraph(1000, 2000),
    target: 1,
  },
  {
    ...closure,
    name: 'a-rand2000',
    data: 'rand2000',
    generate: () => randomGraph(2000, 4000),
    target: 1,
  },
  { ...closure, name: 'a-chain1000', data: 'chain1000', generate: () => chainGraph(1000), target: 3 },
  { ...closure, name: 'a-chain2000', data: 'chain2000', generate: () => chainGraph(2000), target: 3 },
  policyCase('b', '10k'),
  policyCase('b', '100k'),
  policyCase('b', '1m'),
  { ...groups, name: 'c-10k', data: 'groups-10k', generate: () => securityGroupWorkload(10_000) },
  { ...groups, name: 'c-100k', data: 'groups-100k', generate: () => securityGroupWorkload(100_000) },
  { ...groups, name: 'c-1m', data: 'groups-1m', generate: () => securityGroupWorkload(1_000_000) },
  policyCase('d', '10k'),
  policyCase('d', '100k'),
  policyCase('d', '1m'),
  policyCase('e', '100k'),
  { ...names, name: 'f-100k', data: 'names-100k', generate: () => namesWorkload(100_000) },
  manyPolicies(1),
  manyPolicies(100),
  manyPolicies(1000),
  policyCase('load', '1m'),
];
