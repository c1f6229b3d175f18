/** How much of everything a cloud of this many servers has. */
export interface CloudSizes {
  readonly servers: number;
  readonly projects: number;
  /** Groups of users that own projects together. */
  readonly departments: number;
  readonly hypervisors: number;
  /** Servers made to break each of the three policies. */
  readonly planted: {
    readonly foreignNetworks: number;
    readonly openSsh: number;
    readonly ownersGone: number;
  };
}

/** Below this there are not enough servers to plant each kind of violation in its own. */
export const serversMin = 20;

/**
 * 25 servers a project, 10 projects a department and 40 servers a hypervisor on average; violations are rare, as
 * in a cloud that people look after. Throws RangeError below `serversMin`.
 */
export function cloudSizes(servers: number): CloudSizes {
  if (!Number.isInteger(servers) || servers < serversMin) {
    throw new RangeError(`the number of servers must be a whole number of at least ${serversMin}`);
  }
  const atLeast = (min: number, count: number) => Math.max(min, Math.round(count));
  const projects = atLeast(6, servers / 25);
  return {
    servers,
    projects,
    departments: atLeast(3, projects / 10),
    hypervisors: atLeast(3, servers / 40),
    planted: {
      foreignNetworks: atLeast(2, servers * 0.002),
      openSsh: atLeast(1, servers * 0.001),
      ownersGone: atLeast(1, servers * 0.0015),
    },
  };
}
