import type { SeededRandom } from '../seeded-random.ts';
import type { NeutronSecurityGroup, NeutronSecurityGroupRule } from '../shapes/neutron.ts';
import type { Identity } from './identity.ts';

/** The security groups of all projects; more can be added while servers are made. */
export interface SecurityGroups {
  readonly all: readonly NeutronSecurityGroup[];
  /** By project id; the first is `default`. */
  ofProject(projectId: string): readonly [NeutronSecurityGroup, ...NeutronSecurityGroup[]];
  /** A new group that lets everybody in by SSH, as people make when they are in a hurry. */
  addOpenSsh(projectId: string): NeutronSecurityGroup;
}

/** Where people and their tools come from. */
const officeRange = '198.51.100.0/24';

type RuleFields = Partial<Omit<NeutronSecurityGroupRule, 'id' | 'tenant_id' | 'security_group_id'>>;

export function generateSecurityGroups(random: SeededRandom, identity: Identity): SecurityGroups {
  const all: NeutronSecurityGroup[] = [];
  const byProject = new Map<string, [NeutronSecurityGroup, ...NeutronSecurityGroup[]]>();

  function add(
    projectId: string,
    name: string,
    rulesOf: (id: string) => readonly RuleFields[],
  ): NeutronSecurityGroup {
    const id = random.uuid();
    const group = {
      id,
      tenant_id: projectId,
      name,
      description: name === 'default' ? 'Default security group' : '',
      security_group_rules: [...egressRules, ...rulesOf(id)].map((fields) => ({
        id: random.uuid(),
        tenant_id: projectId,
        security_group_id: id,
        ...ruleDefaults,
        ...fields,
      })),
    };
    all.push(group);
    return group;
  }

  for (const { project } of identity.teams) {
    const inside = (id: string) => [
      ingress({ remote_group_id: id }),
      ingress({ remote_group_id: id, ethertype: 'IPv6' }),
    ];
    const defaults = add(project.id, 'default', inside);
    const groups: [NeutronSecurityGroup, ...NeutronSecurityGroup[]] = [defaults];
    groups.push(add(project.id, 'ssh-from-office', () => [tcp(22, 22, officeRange), icmp]));
    if (random.chance(0.7))
      groups.push(add(project.id, 'web', () => [tcp(80, 80, anywhere), tcp(443, 443, anywhere)]));
    if (random.chance(0.4)) {
      groups.push(
        add(project.id, 'database', () => [
          ingress({ protocol: 'tcp', ...ports(5432, 5432), remote_group_id: defaults.id }),
        ]),
      );
    }
    if (random.chance(0.2)) groups.push(add(project.id, 'high-ports', () => [tcp(30_000, 32_767, anywhere)]));
    byProject.set(project.id, groups);
  }

  return {
    all,
    ofProject(projectId) {
      const groups = byProject.get(projectId);
      if (groups === undefined) throw new Error(`no security groups for project ${projectId}`);
      return groups;
    },
    addOpenSsh(projectId) {
      // Half of them by a range of ports that contains 22, which a search for the number 22 would miss.
      const range = random.chance(0.5) ? tcp(22, 22, anywhere) : tcp(1, 1024, anywhere);
      return add(projectId, 'debug-tmp', () => [range]);
    },
  };
}

const anywhere = '0.0.0.0/0';

const ruleDefaults = {
  direction: 'ingress' as const,
  ethertype: 'IPv4' as const,
  protocol: null,
  port_range_min: null,
  port_range_max: null,
  remote_ip_prefix: null,
  remote_group_id: null,
};

const egressRules: readonly RuleFields[] = [
  { direction: 'egress', ethertype: 'IPv4' },
  { direction: 'egress', ethertype: 'IPv6' },
];

const icmp: RuleFields = { protocol: 'icmp', remote_ip_prefix: anywhere };

function ingress(fields: RuleFields): RuleFields {
  return { direction: 'ingress', ...fields };
}

function tcp(min: number, max: number, from: string): RuleFields {
  return ingress({ protocol: 'tcp', ...ports(min, max), remote_ip_prefix: from });
}

function ports(min: number, max: number): RuleFields {
  return { port_range_min: min, port_range_max: max };
}
