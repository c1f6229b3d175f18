import type { SeededRandom } from '../seeded-random.ts';
import type { KeystoneUser } from '../shapes/keystone.ts';
import type { Identity, Team } from './identity.ts';
import type { CloudSizes } from './sizes.ts';

/** What was made wrong on purpose, in the order of the servers. */
export interface Planted {
  /** Rows that `network_ownership:error(vm, network)` must have. */
  readonly foreignNetworks: readonly { readonly serverId: string; readonly networkId: string }[];
  /** Rows that `open_ssh:error(vm, security_group)` must have. */
  readonly openSsh: readonly { readonly serverId: string; readonly securityGroupId: string }[];
  /** Numbers of servers whose owner is disabled; see `Plantation`. */
  readonly ownersGone: number;
}

/** Decides which servers break a policy, and keeps the list of what was planted. No server breaks two. */
export class Plantation {
  private readonly foreign: ReadonlySet<number>;
  private readonly open: ReadonlySet<number>;
  private readonly gone: ReadonlyMap<number, { readonly team: Team; readonly owner: KeystoneUser }>;
  private readonly foreignNetworks: Planted['foreignNetworks'][number][] = [];
  private readonly openSsh: Planted['openSsh'][number][] = [];

  constructor(random: SeededRandom, sizes: CloudSizes, identity: Identity) {
    const { foreignNetworks, openSsh } = sizes.planted;
    const chosen = new Set<number>();
    const wanted = foreignNetworks + openSsh + identity.gone.length;
    while (chosen.size < wanted) chosen.add(random.integer(0, sizes.servers - 1));
    const indexes = [...chosen];
    this.foreign = new Set(indexes.slice(0, foreignNetworks));
    this.open = new Set(indexes.slice(foreignNetworks, foreignNetworks + openSsh));
    const left = indexes.slice(foreignNetworks + openSsh);
    this.gone = new Map(
      identity.gone.map(({ user, team }, rank) => [left[rank] ?? -1, { team, owner: user }]),
    );
  }

  hasForeignNetwork(index: number): boolean {
    return this.foreign.has(index);
  }

  hasOpenSsh(index: number): boolean {
    return this.open.has(index);
  }

  /** The owner who has left, when the server with this index has one. */
  goneOwnerOf(index: number): { readonly team: Team; readonly owner: KeystoneUser } | null {
    return this.gone.get(index) ?? null;
  }

  plantForeignNetwork(planted: Planted['foreignNetworks'][number]): void {
    this.foreignNetworks.push(planted);
  }

  plantOpenSsh(planted: Planted['openSsh'][number]): void {
    this.openSsh.push(planted);
  }

  get planted(): Planted {
    return { foreignNetworks: this.foreignNetworks, openSsh: this.openSsh, ownersGone: this.gone.size };
  }
}
