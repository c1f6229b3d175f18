/** Keystone v3 as its API answers, as far as the example uses it. Ids are 32 hexadecimal digits. */

/** GET /v3/users */
export interface KeystoneUser {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  /** Null for users of services, which own nothing. */
  readonly default_project_id: string | null;
  readonly domain_id: string;
  readonly email: string | null;
  readonly password_expires_at: string | null;
  readonly options: Readonly<Record<string, never>>;
}

/** GET /v3/groups */
export interface KeystoneGroup {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly domain_id: string;
}

/** GET /v3/groups/{group_id}/users, ids only. */
export interface KeystoneMembership {
  readonly group_id: string;
  readonly user_ids: readonly string[];
}

/** GET /v3/projects; what Nova and Neutron call a tenant. */
export interface KeystoneProject {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly domain_id: string;
  readonly parent_id: string;
  readonly is_domain: boolean;
  readonly tags: readonly string[];
}

/** GET /v3/roles */
export interface KeystoneRole {
  readonly id: string;
  readonly name: string;
  readonly domain_id: string | null;
  readonly description: string | null;
}

/** GET /v3/domains */
export interface KeystoneDomain {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly enabled: boolean;
}

export interface Keystone {
  readonly domains: readonly KeystoneDomain[];
  readonly roles: readonly KeystoneRole[];
  readonly projects: readonly KeystoneProject[];
  readonly users: readonly KeystoneUser[];
  readonly groups: readonly KeystoneGroup[];
  readonly memberships: readonly KeystoneMembership[];
}
