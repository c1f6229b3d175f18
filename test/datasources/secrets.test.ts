import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { DecryptCommand, GenerateDataKeyCommand } from '@aws-sdk/client-kms';
import type { JsonObject } from '../../service/base/json.ts';
import { visibleConfig } from '../../service/datasources/driver-options.ts';
import { httpJsonDriver } from '../../service/datasources/drivers/http-json/driver.ts';
import { SecretsUnavailable } from '../../service/datasources/problems.ts';
import { EnvelopeBox } from '../../service/datasources/secrets/envelope-box.ts';
import { KeyRing, type SecretKey } from '../../service/datasources/secrets/key-ring.ts';
import { kmsDataKeys } from '../../service/datasources/secrets/kms-data-keys.ts';
import { openConfig, sealConfig } from '../../service/datasources/secrets/sealed-config.ts';
import type { SecretBox } from '../../service/datasources/secrets/secret-box.ts';

const place = { dataSource: 'd1', option: 'password' };
const key = (id: string): SecretKey => ({ id, key: randomBytes(32) });

/** A key management service that wraps with a key of its own and checks the encryption context, as KMS does. */
class FakeKms {
  readonly #master = randomBytes(32);
  calls = 0;
  away = false;

  send = async (command: unknown): Promise<never> => {
    this.calls += 1;
    if (this.away) throw new Error('KMS is away');
    if (command instanceof GenerateDataKeyCommand) {
      const { KeyId, KeySpec, EncryptionContext } = command.input;
      expect({ KeyId, KeySpec }).toEqual({ KeyId: 'alias/congress', KeySpec: 'AES_256' });
      const plain = randomBytes(32);
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', this.#master, iv);
      cipher.setAAD(Buffer.from(JSON.stringify(EncryptionContext)));
      const wrapped = Buffer.concat([cipher.update(plain), cipher.final()]);
      return { Plaintext: plain, CiphertextBlob: Buffer.concat([iv, cipher.getAuthTag(), wrapped]) } as never;
    }
    if (!(command instanceof DecryptCommand)) throw new Error('an unexpected command');
    const bytes = Buffer.from(command.input.CiphertextBlob ?? []);
    const decipher = createDecipheriv('aes-256-gcm', this.#master, bytes.subarray(0, 12));
    decipher.setAAD(Buffer.from(JSON.stringify(command.input.EncryptionContext)));
    decipher.setAuthTag(bytes.subarray(12, 28));
    return { Plaintext: Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]) } as never;
  };
}

describe.each<[string, () => SecretBox]>([
  ['a key ring', () => new KeyRing([key('k1')])],
  ['AWS KMS', () => new EnvelopeBox(kmsDataKeys(new FakeKms() as never, 'alias/congress'))],
])('secrets kept by %s', (_, make) => {
  it('open to what was sealed, and never look the same twice', async () => {
    const box = make();
    const sealed = await box.seal('hush ☂', place);
    expect(sealed).not.toContain('hush');
    expect(await box.seal('hush ☂', place)).not.toBe(sealed);
    expect(await box.open(sealed, place)).toBe('hush ☂');
  });

  it('do not open for another data source or option, nor with a changed bit', async () => {
    const box = make();
    const sealed = await box.seal('hush', place);
    await expect(box.open(sealed, { ...place, dataSource: 'd2' })).rejects.toBeInstanceOf(SecretsUnavailable);
    await expect(box.open(sealed, { ...place, option: 'token' })).rejects.toBeInstanceOf(SecretsUnavailable);
    const at = sealed.length - 3;
    const changed = `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`;
    await expect(box.open(changed, place)).rejects.toBeInstanceOf(SecretsUnavailable);
    await expect(box.open('nonsense', place)).rejects.toBeInstanceOf(SecretsUnavailable);
  });
});

describe('a key ring', () => {
  it('seals with its first key and opens with all: keys are rotated without a gap', async () => {
    const [old, fresh] = [key('2025'), key('2026')];
    const sealedBefore = await new KeyRing([old]).seal('hush', place);
    const both = new KeyRing([fresh, old]);
    expect(await both.open(sealedBefore, place)).toBe('hush');
    const sealedAfter = await both.seal('hush', place);
    expect(await new KeyRing([fresh]).open(sealedAfter, place)).toBe('hush');
    await expect(new KeyRing([fresh]).open(sealedBefore, place)).rejects.toThrow(
      /key that this replica does not have/,
    );
  });

  it('without keys keeps no secrets', async () => {
    await expect(new KeyRing([]).seal('hush', place)).rejects.toThrow(/no key for them is configured/);
  });
});

describe('AWS KMS', () => {
  it('is asked once per secret, so an outage later does not matter', async () => {
    const kms = new FakeKms();
    const box = new EnvelopeBox(kmsDataKeys(kms as never, 'alias/congress'));
    const sealed = await box.seal('hush', place);
    await box.open(sealed, place);
    kms.away = true;
    expect(await box.open(sealed, place)).toBe('hush');
    expect(kms.calls).toBe(2);
    await expect(box.seal('more', place)).rejects.toThrow(/does not give a key/);
  });
});

describe('a configuration', () => {
  const owner = { driver: httpJsonDriver, dataSource: 'd1', box: new KeyRing([key('k1')]) };
  const config: JsonObject = { url: 'http://x', secret_headers: { Authorization: 'Bearer hush' } };

  it('is stored without its secrets and opened with them', async () => {
    const stored = await sealConfig(config, owner);
    expect(JSON.stringify(stored)).not.toContain('hush');
    expect(stored.url).toBe('http://x');
    expect(await openConfig(stored, owner)).toEqual(config);
    expect(visibleConfig(httpJsonDriver, stored)).toEqual({ url: 'http://x', secret_headers: '<hidden>' });
  });

  it('keeps a secret that is given back hidden', async () => {
    const stored = await sealConfig(config, owner);
    const again = await sealConfig({ url: 'http://y', secret_headers: '<hidden>' }, owner, stored);
    expect(await openConfig(again, owner)).toEqual({ ...config, url: 'http://y' });
  });
});
