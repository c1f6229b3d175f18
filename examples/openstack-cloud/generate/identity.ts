import type { SeededRandom } from '../seeded-random.ts';
import type { Keystone, KeystoneGroup, KeystoneProject, KeystoneUser } from '../shapes/keystone.ts';
import type { CloudSizes } from './sizes.ts';

/** Who is there: Keystone's answers, and the look-ups that the other generators need. */
export interface Identity {
  readonly keystone: Keystone;
  /** Projects that own servers and networks, with their department. Each has at least one user. */
  readonly teams: readonly Team[];
  /** Users who have left but still own something: disabled, one for each violation of that kind. */
  readonly gone: readonly { readonly user: KeystoneUser; readonly team: Team }[];
  /** Group ids by user id. */
  readonly groupsOf: ReadonlyMap<string, ReadonlySet<string>>;
  /** The project that owns the provider networks. */
  readonly serviceProject: KeystoneProject;
}

export interface Team {
  readonly project: KeystoneProject;
  readonly departmentId: string;
  /** Users whose default project this is: they own what the project owns. */
  readonly users: readonly KeystoneUser[];
  /** Relative number of servers. */
  readonly weight: number;
}

const departmentNames = [
  'payments',
  'search',
  'logistics',
  'risk',
  'mobile',
  'media',
  'insight',
  'retail',
  'core',
  'lab',
];
const purposes = [
  'web',
  'api',
  'batch',
  'staging',
  'analytics',
  'ci',
  'sandbox',
  'events',
  'billing',
  'archive',
];
const firstNames = [
  'amina',
  'bela',
  'chen',
  'dana',
  'emre',
  'farah',
  'goran',
  'hana',
  'ivan',
  'jude',
  'kofi',
  'lena',
];
const lastNames = [
  'abe',
  'berg',
  'cruz',
  'diaz',
  'endo',
  'fox',
  'gupta',
  'haas',
  'ito',
  'jones',
  'kaya',
  'lund',
];
/** Groups across departments: whoever is in one may share networks with the others in it. */
const guilds = ['on-call', 'security', 'platform', 'data-guild'];
const services = ['nova', 'neutron', 'glance', 'cinder', 'heat', 'congress'];

export function generateIdentity(random: SeededRandom, sizes: CloudSizes): Identity {
  const domain = { id: 'default', name: 'Default', description: 'The default domain', enabled: true };
  const group = (name: string, description: string): KeystoneGroup => ({
    id: random.hex(32),
    name,
    description,
    domain_id: domain.id,
  });
  const departments = Array.from({ length: sizes.departments }, (_, index) =>
    group(numbered(departmentNames, index), 'department'),
  );
  const guildGroups = guilds.map((name) => group(name, 'across departments'));
  const members = new Map<string, string[]>([...departments, ...guildGroups].map(({ id }) => [id, []]));
  const names = new Set<string>();
  // Nobody of the first department is in a group across departments, so that for every user there is somebody
  // with whom no group is shared.
  const sealed = departments[0];
  const teams = Array.from({ length: sizes.projects }, (_, index) => {
    // The first projects go round so that each department has one.
    const department = departments[index] ?? random.pick(departments);
    const project = projectNamed(random, `${department.name}-${numbered(purposes, index)}`, domain.id);
    const users = Array.from({ length: random.integer(1, 4) }, () => {
      const user = userOf(random, project, names);
      members.get(department.id)?.push(user.id);
      if (department !== sealed && random.chance(0.08))
        members.get(random.pick(guildGroups).id)?.push(user.id);
      return user;
    });
    // A bounded Pareto distribution: many small projects, a few large ones.
    const weight = Math.min(20, (1 - random.next()) ** -0.7);
    return { project, departmentId: department.id, users, weight };
  });
  const gone = Array.from({ length: sizes.planted.ownersGone }, () => {
    const team = random.pick(teams);
    const user = { ...userOf(random, team.project, names), enabled: false };
    members.get(team.departmentId)?.push(user.id);
    return { user, team };
  });
  const serviceProject = projectNamed(random, 'service', domain.id);
  return {
    keystone: {
      domains: [domain],
      roles: ['admin', 'member', 'reader', 'service', 'heat_stack_owner', 'load-balancer_member'].map(
        (name) => ({
          id: random.hex(32),
          name,
          domain_id: null,
          description: null,
        }),
      ),
      projects: [serviceProject, ...teams.map(({ project }) => project)],
      users: [
        ...services.map((name) => serviceUser(random, name)),
        ...teams.flatMap(({ users }) => users),
        ...gone.map(({ user }) => user),
      ],
      groups: [...departments, ...guildGroups],
      memberships: [...members].map(([group_id, user_ids]) => ({ group_id, user_ids })),
    },
    teams,
    gone,
    groupsOf: groupsByUser(members),
    serviceProject,
  };
}

/** `name`, and from the second round on `name-2`, `name-3`, ... */
function numbered(names: readonly string[], index: number): string {
  const round = Math.floor(index / names.length);
  const name = names[index % names.length] ?? 'unnamed';
  return round === 0 ? name : `${name}-${round + 1}`;
}

function projectNamed(random: SeededRandom, name: string, domainId: string): KeystoneProject {
  return {
    id: random.hex(32),
    name,
    description: `Project ${name}`,
    enabled: true,
    domain_id: domainId,
    parent_id: domainId,
    is_domain: false,
    tags: [],
  };
}

/** A new user whose default project this is, with a name nobody has yet. */
function userOf(random: SeededRandom, project: KeystoneProject, names: Set<string>): KeystoneUser {
  const base = `${random.pick(firstNames)}.${random.pick(lastNames)}`;
  let name = base;
  for (let count = 2; names.has(name); count += 1) name = `${base}${count}`;
  names.add(name);
  return {
    id: random.hex(32),
    name,
    enabled: true,
    default_project_id: project.id,
    domain_id: project.domain_id,
    email: `${name}@example.org`,
    password_expires_at: null,
    options: {},
  };
}

function serviceUser(random: SeededRandom, name: string): KeystoneUser {
  return {
    id: random.hex(32),
    name,
    enabled: true,
    default_project_id: null,
    domain_id: 'default',
    email: null,
    password_expires_at: null,
    options: {},
  };
}

function groupsByUser(
  members: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const groups = new Map<string, Set<string>>();
  for (const [groupId, userIds] of members) {
    for (const userId of userIds) groups.set(userId, (groups.get(userId) ?? new Set()).add(groupId));
  }
  return groups;
}
