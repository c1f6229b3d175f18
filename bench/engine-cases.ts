import { chainGraph, randomGraph } from './closure-workload.ts';
import type { EngineRun } from './engine-workload.ts';
import type { Workload } from './generator.ts';
import { namesWorkload } from './names-workload.ts';
import { policyWorkload } from './policy-workload.ts';
import { securityGroupWorkload } from './security-group-workload.ts';

/** A workload with its rules and the hand-written C++ program that is its limit. */
export interface EngineCase {
  readonly name: string;
  /** Limit program of bench/limit and its mode. */
  readonly limit: readonly [string, ...string[]];
  readonly generate: () => Workload;
  readonly rules: string;
  readonly asked: EngineRun['asked'];
  /** The ratio to the limit that issue 3 asks for. */
  readonly target: number;
}

const closureRules = `
  tc(x, y) :- ds:edge(x, y)
  tc(x, y) :- tc(x, z), ds:edge(z, y)`;
const policyRules = `
  same_group(a, b) :- ds:grp(a, g), ds:grp(b, g)
  public(n) :- ds:network(n, t, "true")
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

const closure = { rules: closureRules, asked: [{ table: 'tc', arity: 2 }], limit: ['tc', 's'] as const };
const policy = { rules: policyRules, asked: [{ table: 'error', arity: 2 }], limit: ['policy', 'm'] as const };
const security = { rules: securityRules, asked: [{ table: 'viol', arity: 2 }], limit: ['sg'] as const };
const names = {
  rules: nameRules,
  asked: [
    { table: 'bad', arity: 1 },
    { table: 'long', arity: 1 },
  ],
  limit: ['names'] as const,
};

export const engineCases: readonly EngineCase[] = [
  { name: 'a-rand1000', ...closure, generate: () => randomGraph(1000, 2000), target: 1 },
  { name: 'a-rand2000', ...closure, generate: () => randomGraph(2000, 4000), target: 1 },
  { name: 'a-chain1000', ...closure, generate: () => chainGraph(1000), target: 3 },
  { name: 'a-chain2000', ...closure, generate: () => chainGraph(2000), target: 3 },
  { name: 'b-10k', ...policy, generate: () => policyWorkload(10_000), target: 3 },
  { name: 'b-100k', ...policy, generate: () => policyWorkload(100_000), target: 3 },
  { name: 'b-1m', ...policy, generate: () => policyWorkload(1_000_000), target: 3 },
  { name: 'c-10k', ...security, generate: () => securityGroupWorkload(10_000), target: 3.5 },
  { name: 'c-100k', ...security, generate: () => securityGroupWorkload(100_000), target: 3.5 },
  { name: 'c-1m', ...security, generate: () => securityGroupWorkload(1_000_000), target: 3.5 },
  { name: 'f-100k', ...names, generate: () => namesWorkload(100_000), target: 6 },
];
