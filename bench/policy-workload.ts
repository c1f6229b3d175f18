import { RandomSource, type Row, type Workload, workload } from './generator.ts';

/**
 * Workloads b, d and e: servers of tenants with ports on networks; tenants in two groups each. 40 % of the rows
 * are servers, 50 % ports, 4 % networks, 2 % tenants, 4 % group memberships; about 5 % of the ports violate.
 */
export function policyWorkload(rows: number): Workload {
  return new PolicyCloud(rows).build();
}

class PolicyCloud {
  readonly #random = new RandomSource(42);
  readonly #serverCount: number;
  readonly #portCount: number;
  readonly #networkCount: number;
  readonly #tenantCount: number;
  readonly #groups: readonly string[];
  readonly #tenants: string[] = [];
  /** Group numbers of each tenant, and tenants of each group. */
  readonly #groupsOf: (readonly [number, number])[] = [];
  readonly #members: number[][];
  readonly #networks: string[] = [];
  readonly #networksOf: number[][];
  readonly #shared: number[] = [];
  readonly #servers: string[] = [];
  readonly #tenantOf: number[] = [];
  readonly #tables: Record<string, Row[]> = { server: [], port: [], network: [], tenant: [], grp: [] };

  constructor(rows: number) {
    this.#serverCount = Math.floor(rows * 0.4);
    this.#portCount = Math.floor(rows * 0.5);
    this.#networkCount = Math.floor(rows * 0.04);
    this.#tenantCount = Math.floor(rows * 0.02);
    const groupCount = Math.max(2, Math.floor(this.#tenantCount / 10));
    this.#groups = Array.from({ length: groupCount }, (_, at) => `group-${at}`);
    this.#members = this.#groups.map(() => []);
    this.#networksOf = Array.from({ length: this.#tenantCount }, () => []);
  }

  build(): Workload {
    this.#addTenants();
    this.#addNetworks();
    const hosts = Array.from(
      { length: Math.max(1, Math.floor(this.#serverCount / 40)) },
      (_, at) => `compute-${at}`,
    );
    this.#addServers(hosts);
    this.#addPorts();
    const updates = this.#updates(hosts);
    const points = Array.from({ length: 1000 }, () => this.#random.pick(this.#servers));
    return workload(this.#tables, { updates, points });
  }

  #addTenants(): void {
    const random = this.#random;
    const count = this.#groups.length;
    for (let at = 0; at < this.#tenantCount; at++) {
      const id = random.uuid();
      this.#tenants.push(id);
      this.#tables.tenant!.push([id, `tenant-${at}`]);
      const first = random.below(count);
      let second = random.below(count);
      while (second === first) second = random.below(count);
      this.#groupsOf.push([first, second]);
      for (const group of [first, second]) {
        this.#members[group]!.push(at);
        this.#tables.grp!.push([id, this.#groups[group]!]);
      }
    }
  }

  #addNetworks(): void {
    for (let at = 0; at < this.#networkCount; at++) {
      const id = this.#random.uuid();
      const tenant = this.#random.below(this.#tenantCount);
      const isShared = this.#random.next() < 0.05;
      this.#networks.push(id);
      this.#networksOf[tenant]!.push(at);
      if (isShared) this.#shared.push(at);
      this.#tables.network!.push([id, this.#tenants[tenant]!, isShared ? 'true' : 'false']);
    }
  }

  #addServers(hosts: readonly string[]): void {
    for (let at = 0; at < this.#serverCount; at++) {
      const id = this.#random.uuid();
      const tenant = this.#random.below(this.#tenantCount);
      this.#servers.push(id);
      this.#tenantOf.push(tenant);
      const host = this.#random.pick(hosts);
      const status = this.#random.next() < 0.9 ? 'ACTIVE' : 'SHUTOFF';
      this.#tables.server!.push([id, `vm-${at}`, this.#tenants[tenant]!, host, status]);
    }
  }

  #addPorts(): void {
    for (let at = 0; at < this.#portCount; at++) {
      const server = at < this.#serverCount ? at : this.#random.below(this.#serverCount);
      const id = this.#random.uuid();
      const network = this.#networks[this.#networkFor(this.#tenantOf[server]!)]!;
      this.#tables.port!.push([id, this.#servers[server]!, network, this.#address()]);
    }
  }

  #address(): string {
    const random = this.#random;
    return `10.${random.below(256)}.${random.below(256)}.${1 + random.below(254)}`;
  }

  /** 90 % a network of the own tenant or group, 5 % a shared one, 5 % any. */
  #networkFor(tenant: number): number {
    const random = this.#random;
    const chance = random.next();
    if (chance < 0.05) return this.#anyShared();
    if (chance < 0.1) return random.below(this.#networkCount);
    for (let tries = 0; tries < 8; tries++) {
      const owner =
        random.next() < 0.3 ? tenant : random.pick(this.#members[random.pick(this.#groupsOf[tenant]!)]!);
      if (this.#networksOf[owner]!.length > 0) return random.pick(this.#networksOf[owner]!);
    }
    return this.#anyShared();
  }

  #anyShared(): number {
    return this.#shared.length > 0 ? this.#random.pick(this.#shared) : this.#random.below(this.#networkCount);
  }

  /** 40 % port delete, 40 % port insert, 5 % each of membership delete and insert, new network, new server. */
  #updates(hosts: readonly string[]): readonly Row[] {
    const random = this.#random;
    const updates: Row[] = [];
    random.seed(7);
    const live = [...this.#tables.port!];
    const memberships = this.#tables.grp!.slice();
    for (let at = 0; at < 1000; at++) {
      const chance = random.next();
      if (chance < 0.4) updates.push(['-', 'port', ...this.#takeOne(live)]);
      else if (chance < 0.8) updates.push(['+', 'port', ...this.#newPort(live)]);
      else if (chance < 0.85 && memberships.length > 0)
        updates.push(['-', 'grp', ...this.#takeOne(memberships)]);
      else if (chance < 0.9) updates.push(['+', 'grp', ...this.#newMembership(memberships)]);
      else if (chance < 0.95)
        updates.push(['+', 'network', random.uuid(), random.pick(this.#tenants), 'false']);
      else {
        const tenant = random.uuid();
        updates.push([
          '+',
          'server',
          tenant,
          `vm-new-${at}`,
          random.pick(this.#tenants),
          random.pick(hosts),
          'ACTIVE',
        ]);
      }
    }
    return updates;
  }

  #takeOne(rows: Row[]): Row {
    const at = this.#random.below(rows.length);
    const row = rows[at]!;
    rows[at] = rows[rows.length - 1]!;
    rows.pop();
    return row;
  }

  #newPort(live: Row[]): Row {
    const random = this.#random;
    const server = random.below(this.#serverCount);
    const id = random.uuid();
    const isAny = random.next() < 0.5;
    const network = isAny ? random.below(this.#networkCount) : this.#networkFor(this.#tenantOf[server]!);
    const row = [id, this.#servers[server]!, this.#networks[network]!, this.#address()];
    live.push(row);
    return row;
  }

  #newMembership(memberships: Row[]): Row {
    for (;;) {
      const row = [this.#random.pick(this.#tenants), this.#random.pick(this.#groups)];
      if (memberships.some((other) => other[0] === row[0] && other[1] === row[1])) continue;
      memberships.push(row);
      return row;
    }
  }
}
