import { type DataSourceTables, table } from './table.ts';

/** Congress's `keystonev3` driver. */
export const keystoneTables: DataSourceTables = {
  name: 'keystonev3',
  description: 'OpenStack Identity',
  tables: [
    table('users', ({ keystone }) => keystone.users, [
      ['id', (user) => user.id],
      ['name', (user) => user.name],
      ['enabled', (user) => user.enabled],
      ['default_project_id', (user) => user.default_project_id],
      ['domain_id', (user) => user.domain_id],
    ]),
    table('roles', ({ keystone }) => keystone.roles, [
      ['id', (role) => role.id],
      ['name', (role) => role.name],
    ]),
    table('projects', ({ keystone }) => keystone.projects, [
      ['enabled', (project) => project.enabled],
      ['description', (project) => project.description],
      ['name', (project) => project.name],
      ['domain_id', (project) => project.domain_id],
      ['id', (project) => project.id],
    ]),
    table('domains', ({ keystone }) => keystone.domains, [
      ['enabled', (domain) => domain.enabled],
      ['description', (domain) => domain.description],
      ['name', (domain) => domain.name],
      ['id', (domain) => domain.id],
    ]),
  ],
};

/**
 * Group membership, which no Congress driver has: the documentation's policy takes it from a directory named
 * `ad`, with one row for each user and group.
 */
export const directoryTables: DataSourceTables = {
  name: 'ad',
  description: 'Directory of groups of users',
  tables: [
    table(
      'group',
      ({ keystone }) =>
        keystone.memberships.flatMap(({ group_id, user_ids }) =>
          user_ids.map((user_id) => ({ user_id, group_id })),
        ),
      [
        ['user', ({ user_id }) => user_id],
        ['group', ({ group_id }) => group_id],
      ],
    ),
  ],
};
