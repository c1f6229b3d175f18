import type { EngineCase } from '../engine-cases.ts';

/** The answers of each family counted in SQL; columns are c0, c1, .. in the order of the rows. */
export function countQuery({ family }: EngineCase, dialect: 'sqlite' | 'duckdb'): string {
  return families[family](dialect);
}

/** The violations of one server. */
export const pointQuery = `select distinct p.c2 from (${policyJoin()}) p where p.c0 = ?`;

/** Columns that are joined on. */
export const indexedColumns: Readonly<Record<EngineCase['family'], readonly string[]>> = {
  closure: ['edge(c0)'],
  policy: ['server(c0)', 'port(c1)', 'network(c0)', 'grp(c0)', 'grp(c1)'],
  groups: ['sgbind(c1)', 'port2(c0)', 'server2(c0)'],
  names: [],
};

const families: Readonly<Record<EngineCase['family'], (dialect: 'sqlite' | 'duckdb') => string>> = {
  closure: () => `with recursive tc(x, y) as (
      select c0, c1 from edge union select tc.x, e.c1 from tc join edge e on e.c0 = tc.y)
    select count(*) as n from tc`,
  policy: () => `select count(*) as n from (select distinct c0, c2 from (${policyJoin()}))`,
  groups: (dialect) => `select count(*) as n from (select distinct s.c0, r.c0
    from sgrule r join sgbind b on b.c1 = r.c1 join port2 p on p.c0 = b.c0 join server2 s on s.c0 = p.c1
    where r.c2 = 'ingress' and r.c3 = 'tcp' and r.c4 <= 22 and r.c5 >= 22 and s.c2 = 'ACTIVE' and ${
      dialect === 'sqlite'
        ? "ip_in_network('198.51.100.7', r.c6)"
        : `r.c7 <= ${address} and r.c8 >= ${address}`
    })`,
  names: (dialect) =>
    `select (select count(*) from vmname where not ${
      dialect === 'sqlite' ? 'good_name(c1)' : `regexp_matches(c1, '${namePattern}')`
    }) + (select count(*) from vmname where length(c1 || '.' || c2) > 30) as n`,
};

export const namePattern = '^(prod|stg|dev)-[a-z]{2,8}-[0-9]{3}$';
/** 198.51.100.7 as the generated rows count addresses: from -2^31. */
const address = 198 * 16_777_216 + 51 * 65_536 + 100 * 256 + 7 - 2_147_483_648;

function policyJoin(): string {
  return `select s.c0, p.c2 from server s join port p on p.c1 = s.c0 join network n on n.c0 = p.c2
    where not exists (select 1 from network q where q.c0 = p.c2 and q.c2 = 'true')
    and not exists (select 1 from grp a join grp b on a.c1 = b.c1 where a.c0 = s.c2 and b.c0 = n.c1)`;
}
