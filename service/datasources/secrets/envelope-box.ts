import { SecretsUnavailable } from '../problems.ts';
import { decrypt, encrypt } from './aes-gcm.ts';
import type { SecretBox, SecretPlace } from './secret-box.ts';

/** Makes data keys and unwraps them: a key management service. Both reject with any Error. */
export interface DataKeys {
  make(place: SecretPlace): Promise<{ readonly key: Uint8Array; readonly wrapped: Uint8Array }>;
  unwrap(wrapped: Uint8Array, place: SecretPlace): Promise<Uint8Array>;
}

const format = /^env1:([A-Za-z0-9_-]+):([A-Za-z0-9_-]+)$/;
const keysCachedMax = 1_000;

/**
 * Envelope encryption: each secret has a data key of its own, which lies beside it wrapped by the key management
 * service. Unwrapped keys stay in memory, so that polling does not depend on that service.
 */
export class EnvelopeBox implements SecretBox {
  readonly #dataKeys: DataKeys;
  readonly #unwrapped = new Map<string, Uint8Array>();

  constructor(dataKeys: DataKeys) {
    this.#dataKeys = dataKeys;
  }

  async seal(text: string, place: SecretPlace): Promise<string> {
    try {
      const { key, wrapped } = await this.#dataKeys.make(place);
      return `env1:${Buffer.from(wrapped).toString('base64url')}:${encrypt(key, text, place)}`;
    } catch (cause) {
      throw new SecretsUnavailable('the key management service does not give a key', { cause });
    }
  }

  async open(sealed: string, place: SecretPlace): Promise<string> {
    const [, wrapped, encrypted] = format.exec(sealed) ?? [];
    if (wrapped === undefined || encrypted === undefined) {
      throw new SecretsUnavailable('a secret was not sealed by the key management service');
    }
    try {
      return decrypt(await this.#key(wrapped, place), encrypted, place);
    } catch (cause) {
      throw new SecretsUnavailable('a secret does not open', { cause });
    }
  }

  async #key(wrapped: string, place: SecretPlace): Promise<Uint8Array> {
    const known = this.#unwrapped.get(wrapped);
    if (known !== undefined) return known;
    const key = await this.#dataKeys.unwrap(Buffer.from(wrapped, 'base64url'), place);
    if (this.#unwrapped.size >= keysCachedMax) this.#unwrapped.clear();
    this.#unwrapped.set(wrapped, key);
    return key;
  }
}
