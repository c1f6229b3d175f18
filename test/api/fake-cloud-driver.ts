import type { Driver, DriverColumn } from '../../service/datasources/driver.ts';

const column = (name: string, description: string | null = null): DriverColumn => ({ name, description });
const option = (name: string, required: boolean) => ({
  name,
  required,
  secret: name === 'password',
  description: '',
});

/** The driver `fakeds` of the recorded sessions, as far as it is described and not polled. */
export const fakeCloudDriver: Driver = {
  id: 'fakeds',
  description: 'fake',
  options: [
    option('username', true),
    option('password', true),
    option('poll_time', false),
    option('lazy_tables', false),
  ],
  feed: 'poll',
  tables: () => [
    { table: 'tags', columns: [column('sid'), column('tag')] },
    { table: 'servers', columns: [column('id', 'the id'), column('name'), column('up')] },
    { table: 'lazytab', columns: [column('id')] },
  ],
};
