import { RandomSource, type Row, type Workload, workload } from './generator.ts';

const wellKnownPorts = [22, 80, 443, 3306, 5432, 8080, 9200, 53];

/**
 * Workload c: 20 % servers, 20 % ports, 30 % bindings of ports to security groups, 30 % rules. A rule row is id,
 * group, direction, protocol, lowest and highest port, CIDR, and the CIDR's bounds less 2^31.
 */
export function securityGroupWorkload(rows: number): Workload {
  const random = new RandomSource(42);
  const portCount = Math.floor(rows * 0.2);
  const bindingCount = Math.floor(rows * 0.3);
  const ruleCount = Math.floor(rows * 0.3);
  const groups = Array.from({ length: Math.max(1, Math.floor(ruleCount / 6)) }, () => random.uuid());
  const server2 = Array.from({ length: Math.floor(rows * 0.2) }, (_, at): Row => {
    const id = random.uuid();
    return [id, `vm-${at}`, random.next() < 0.9 ? 'ACTIVE' : 'SHUTOFF'];
  });
  const port2 = Array.from({ length: portCount }, (_, at): Row => {
    const id = random.uuid();
    return [id, server2[at < server2.length ? at : random.below(server2.length)]![0]!];
  });
  const sgbind = bindings(random, { port2, groups, count: bindingCount });
  const sgrule = Array.from({ length: ruleCount }, () => ruleRow(random, groups));
  return workload({ server2, port2, sgbind, sgrule });
}

function bindings(
  random: RandomSource,
  {
    port2,
    groups,
    count,
  }: { readonly port2: readonly Row[]; readonly groups: readonly string[]; readonly count: number },
): readonly Row[] {
  const seen = new Set<number>();
  const rows: Row[] = [];
  while (seen.size < count) {
    const key = random.below(port2.length) * groups.length + random.below(groups.length);
    if (seen.has(key)) continue;
    seen.add(key);
    rows.push([port2[Math.floor(key / groups.length)]![0]!, groups[key % groups.length]!]);
  }
  return rows;
}

function ruleRow(random: RandomSource, groups: readonly string[]): Row {
  const direction = random.next() < 0.7 ? 'ingress' : 'egress';
  const protocol = random.next() < 0.75 ? 'tcp' : random.next() < 0.5 ? 'udp' : 'icmp';
  const [lowest, highest] = portRange(random);
  const { text, base, size } = cidr(random);
  const id = random.uuid();
  const group = groups[random.below(groups.length)]!;
  return [
    id,
    group,
    direction,
    protocol,
    lowest,
    highest,
    text,
    base - 2147483648,
    base + size - 1 - 2147483648,
  ];
}

function portRange(random: RandomSource): readonly [number, number] {
  const chance = random.next();
  if (chance >= 0.9) return [1, 65535];
  if (chance < 0.6) {
    const port = random.pick(wellKnownPorts);
    return [port, port];
  }
  const lowest = 1024 + random.below(60000);
  return [lowest, Math.min(65535, lowest + random.below(2000))];
}

function cidr(random: RandomSource): { readonly text: string; readonly base: number; readonly size: number } {
  const chance = random.next();
  let start = 0;
  let length = 0;
  if (chance >= 0.1) {
    length = random.pick([8, 16, 24, 24, 32]);
    start = 10 * 16777216 + random.below(16777216);
  } else if (chance >= 0.05) {
    length = 8 + random.below(17);
    start = 198 * 16777216 + 51 * 65536 + 100 * 256 + 7;
  }
  const size = 2 ** (32 - length);
  const base = Math.floor(start / size) * size;
  const bytes = [16777216, 65536, 256, 1].map((unit) => Math.floor(base / unit) % 256);
  return { text: `${bytes.join('.')}/${length}`, base, size };
}
