import type { Json, JsonObject } from '../../base/json.ts';
import type { Driver } from '../driver.ts';
import { hiddenValue } from '../driver-options.ts';
import type { SecretBox } from './secret-box.ts';

/** How a sealed secret stands in a stored configuration. */
interface Sealed {
  readonly sealed: string;
}

export interface ConfigOwner {
  readonly driver: Driver;
  /** Id of the data source. */
  readonly dataSource: string;
  readonly box: SecretBox;
}

/**
 * The configuration as it may be stored: values of secret options are sealed. Where the value is the text that
 * stands for a hidden one, what was stored in `before` stays. Rejects with SecretsUnavailable.
 */
export async function sealConfig(
  config: JsonObject,
  owner: ConfigOwner,
  before: JsonObject | null = null,
): Promise<JsonObject> {
  const { dataSource, box } = owner;
  return eachSecret(config, owner.driver, async (value, option) => {
    const kept = before?.[option];
    if (value === hiddenValue && kept !== undefined) return kept;
    return { sealed: await box.seal(JSON.stringify(value), { dataSource, option }) };
  });
}

/** The inverse. Rejects with SecretsUnavailable. */
export function openConfig(config: JsonObject, owner: ConfigOwner): Promise<JsonObject> {
  const { dataSource, box } = owner;
  return eachSecret(config, owner.driver, async (value, option) =>
    isSealed(value) ? (JSON.parse(await box.open(value.sealed, { dataSource, option })) as Json) : value,
  );
}

async function eachSecret(
  config: JsonObject,
  driver: Driver,
  change: (value: Json, option: string) => Promise<Json>,
): Promise<JsonObject> {
  const secret = new Set(driver.options.filter((option) => option.secret).map(({ name }) => name));
  const changed: Record<string, Json> = {};
  for (const [name, value] of Object.entries(config)) {
    changed[name] = secret.has(name) ? await change(value, name) : value;
  }
  return changed;
}

function isSealed(value: Json): value is Sealed & JsonObject {
  return typeof value === 'object' && value !== null && 'sealed' in value && typeof value.sealed === 'string';
}
