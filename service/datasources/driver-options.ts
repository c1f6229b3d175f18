import type { JsonObject } from '../base/json.ts';
import type { Driver } from './driver.ts';
import { MissingDriverOptions, UnknownDriver, UnknownDriverOptions } from './problems.ts';

/** The driver of that name. Throws UnknownDriver. */
export function driverNamed(drivers: ReadonlyMap<string, Driver>, name: unknown): Driver {
  const driver = typeof name === 'string' ? drivers.get(name) : undefined;
  if (driver === undefined) throw new UnknownDriver(name);
  return driver;
}

/**
 * Checks option names in Congress's order (reference 1.13): unknown ones first, then missing required ones.
 * The deprecated `tenant_name` counts as `project_name`. Throws UnknownDriverOptions, MissingDriverOptions.
 */
export function checkDriverOptions(driver: Driver, config: JsonObject): void {
  const given = Object.keys(config);
  const known = new Set(driver.options.map((option) => option.name));
  const unknown = given.filter((name) => !known.has(name));
  if (unknown.length > 0) throw new UnknownDriverOptions(unknown);

  const present = new Set(given);
  if (present.has('tenant_name')) present.add('project_name');
  const required = driver.options.filter((option) => option.required).map((option) => option.name);
  const missing = required.filter((name) => !present.has(name));
  if (missing.length > 0) throw new MissingDriverOptions(missing.sort());
}

/** The text that replaces a secret wherever a configuration is shown. */
export const hiddenValue = '<hidden>';

/** The configuration as anybody may see it: values of secret options are replaced. */
export function visibleConfig(driver: Driver | undefined, config: JsonObject | null): JsonObject | null {
  if (config === null || driver === undefined) return config;
  const secret = new Set(driver.options.filter((option) => option.secret).map((option) => option.name));
  if (secret.size === 0) return config;
  return Object.fromEntries(
    Object.entries(config).map(([name, value]) => [name, secret.has(name) ? hiddenValue : value]),
  );
}
