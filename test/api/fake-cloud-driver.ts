import type { Tuple } from '../../service/datalog/value.ts';
import type { ActionCall, Driver, DriverColumn, DriverInstance } from '../../service/datasources/driver.ts';

const column = (name: string, description: string | null = null): DriverColumn => ({ name, description });
const option = (name: string, required: boolean) => ({
  name,
  required,
  secret: name === 'password',
  description: '',
});

/** What data sources of this driver were told to do. */
const fakeCloudCalls: ActionCall[] = [];

/** The driver `fakeds` of the recorded sessions; its data sources poll when they are asked to. */
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
  actions: () => [
    {
      name: 'servers.pause',
      description: 'pause it',
      args: [column('server', 'srv')],
      retry: { delivery: 'at-least-once', attemptsMax: 3, backoffMs: 10 },
    },
  ],
  open: () => instance,
};

const rows: Readonly<Record<string, readonly Tuple[]>> = {
  servers: [
    ['a', 'n1', 'True'],
    ['b', 'None', 1.5],
  ],
  tags: [
    ['a', 'x'],
    ['a', 'y'],
  ],
};

const instance: DriverInstance = {
  pollIntervalMs: null,
  pollDeadlineMs: 1_000,
  poll: async () => new Map(Object.entries(rows)),
  execute: async (call) => {
    fakeCloudCalls.push(call);
    return { kind: 'done', detail: 'paused' };
  },
  close: async () => {},
};
