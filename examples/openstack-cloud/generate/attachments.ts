import type { SeededRandom } from '../seeded-random.ts';
import type { KeystoneUser } from '../shapes/keystone.ts';
import type { Identity, Team } from './identity.ts';
import type { AttachableNetwork, Networks } from './networks.ts';

/** Which networks a server is on. */
export interface Attachments {
  /** Networks it may be on by the documentation policy; at least one, none twice. */
  allowed(random: SeededRandom, team: Team, owner: KeystoneUser): readonly AttachableNetwork[];
  /** A network that is neither public nor owned by anybody in a group of this user. */
  forbidden(random: SeededRandom, owner: KeystoneUser): AttachableNetwork;
}

export function attachments(identity: Identity, networks: Networks): Attachments {
  const groupsOfTeam = new Map(identity.teams.map((team) => [team, ownersGroups(identity, team)]));
  const teamsOf = teamsByGroup(groupsOfTeam);

  const networkOf = (random: SeededRandom, team: Team): AttachableNetwork =>
    random.pick(networksOf(networks, team));

  return {
    allowed(random, team, owner) {
      const own = networksOf(networks, team);
      const first = random.weighted([
        [own[0], 88],
        [random.pick(networks.shared), 10],
        // Another project of the department lets this one use its network.
        [networkOf(random, random.pick(teamsOf.get(team.departmentId) ?? [team])), 2],
      ]);
      const chosen = new Set([first]);
      if (random.chance(0.15)) chosen.add(random.pick(networks.shared));
      if (random.chance(0.05)) chosen.add(random.pick(own));
      const groups = [...(identity.groupsOf.get(owner.id) ?? [])];
      // Somebody who is in a group across departments uses a network of somebody else in it.
      if (groups.length > 1 && random.chance(0.3)) {
        const across = groups.flatMap((group) => teamsOf.get(group) ?? []);
        chosen.add(networkOf(random, random.pick(across)));
      }
      return [...chosen];
    },

    forbidden(random, owner) {
      const groups = identity.groupsOf.get(owner.id) ?? new Set();
      const foreign = [...groupsOfTeam].filter(
        ([, theirs]) => ![...groups].some((group) => theirs.has(group)),
      );
      return networkOf(random, random.pick(foreign)[0]);
    },
  };
}

function networksOf(networks: Networks, team: Team): readonly [AttachableNetwork, ...AttachableNetwork[]] {
  const found = networks.ofProject.get(team.project.id);
  if (found === undefined) throw new Error(`no network for project ${team.project.id}`);
  return found.networks;
}

/** All groups of all users who own what the project of the team owns. */
function ownersGroups(identity: Identity, team: Team): ReadonlySet<string> {
  return new Set([
    team.departmentId,
    ...team.users.flatMap(({ id }) => [...(identity.groupsOf.get(id) ?? [])]),
  ]);
}

function teamsByGroup(
  groupsOfTeam: ReadonlyMap<Team, ReadonlySet<string>>,
): ReadonlyMap<string, readonly Team[]> {
  const teams = new Map<string, Team[]>();
  for (const [team, groups] of groupsOfTeam) {
    for (const group of groups) {
      const found = teams.get(group);
      if (found === undefined) teams.set(group, [team]);
      else found.push(team);
    }
  }
  return teams;
}
