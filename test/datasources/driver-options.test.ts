import type { Driver } from '../../service/datasources/driver.ts';
import { driverCatalog } from '../../service/datasources/driver-catalog.ts';
import { checkDriverOptions, driverNamed, visibleConfig } from '../../service/datasources/driver-options.ts';
import {
  MissingDriverOptions,
  UnknownDriver,
  UnknownDriverOptions,
} from '../../service/datasources/problems.ts';

const option = (name: string, traits: { readonly required?: boolean; readonly secret?: boolean } = {}) => ({
  name,
  required: traits.required ?? false,
  secret: traits.secret ?? false,
  description: '',
});
const cloud: Driver = {
  id: 'cloud',
  description: '',
  options: [
    option('username', { required: true }),
    option('password', { required: true, secret: true }),
    option('project_name', { required: true }),
    option('tenant_name'),
  ],
  feed: 'poll',
  tables: () => [],
};

describe('driver options', () => {
  it('find a driver by its id only', () => {
    expect(driverNamed(driverCatalog, 'push').id).toBe('push');
    expect(() => driverNamed(driverCatalog, 'zzz')).toThrow(UnknownDriver);
    expect(() => driverNamed(driverCatalog, null)).toThrow(UnknownDriver);
  });

  it('report unknown options before missing ones', () => {
    expect(() => checkDriverOptions(cloud, { foo: 1 })).toThrow(UnknownDriverOptions);
  });

  it('report all missing options, sorted', () => {
    expect(() => checkDriverOptions(cloud, {})).toThrow(MissingDriverOptions);
    expect(() => checkDriverOptions(cloud, {})).toThrow(/`password`, `project_name`, `username`/);
  });

  it('take the deprecated tenant_name for project_name', () => {
    expect(() => checkDriverOptions(cloud, { username: 'u', password: 'p', tenant_name: 't' })).not.toThrow();
  });

  it('hide secrets whenever a configuration is shown', () => {
    expect(visibleConfig(cloud, { username: 'u', password: 'p' })).toEqual({
      username: 'u',
      password: '<hidden>',
    });
    expect(visibleConfig(cloud, null)).toBeNull();
  });
});
