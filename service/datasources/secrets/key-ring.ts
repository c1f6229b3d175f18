import { SecretsUnavailable } from '../problems.ts';
import { decrypt, encrypt } from './aes-gcm.ts';
import type { SecretBox, SecretPlace } from './secret-box.ts';

export interface SecretKey {
  /** Names the key in what it sealed. */
  readonly id: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

const format = /^key1:([A-Za-z0-9_-]{1,32}):([A-Za-z0-9_-]+)$/;

/**
 * Keys from the configuration: the first one seals, every one opens what it sealed. To rotate, put the new key in
 * front on all replicas, then save the data sources again, then take the old key away.
 */
export class KeyRing implements SecretBox {
  readonly #keys: readonly SecretKey[];

  constructor(keys: readonly SecretKey[]) {
    this.#keys = keys;
  }

  async seal(text: string, place: SecretPlace): Promise<string> {
    const [first] = this.#keys;
    if (first === undefined) {
      throw new SecretsUnavailable('secrets cannot be kept: no key for them is configured');
    }
    return `key1:${first.id}:${encrypt(first.key, text, place)}`;
  }

  async open(sealed: string, place: SecretPlace): Promise<string> {
    const [, id, encrypted] = format.exec(sealed) ?? [];
    const found = this.#keys.find((candidate) => candidate.id === id);
    if (found === undefined || encrypted === undefined) {
      throw new SecretsUnavailable(`a secret is sealed with a key that this replica does not have`);
    }
    try {
      return decrypt(found.key, encrypted, place);
    } catch (cause) {
      throw new SecretsUnavailable('a secret does not open with its key', { cause });
    }
  }
}
