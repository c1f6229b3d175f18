import { DecryptCommand, GenerateDataKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import type { DataKeys } from './envelope-box.ts';
import type { SecretPlace } from './secret-box.ts';

/**
 * Data keys from AWS KMS, under the key `keyId` (id, ARN or alias). The place is the encryption context, so KMS's
 * own log says which data source a key was unwrapped for. Needs `kms:GenerateDataKey` and `kms:Decrypt`.
 */
export function kmsDataKeys(client: Pick<KMSClient, 'send'>, keyId: string): DataKeys {
  return {
    async make(place) {
      const made = await client.send(
        new GenerateDataKeyCommand({ KeyId: keyId, KeySpec: 'AES_256', EncryptionContext: contextOf(place) }),
      );
      return { key: present(made.Plaintext), wrapped: present(made.CiphertextBlob) };
    },
    async unwrap(wrapped, place) {
      const opened = await client.send(
        new DecryptCommand({ KeyId: keyId, CiphertextBlob: wrapped, EncryptionContext: contextOf(place) }),
      );
      return present(opened.Plaintext);
    },
  };
}

function contextOf({ dataSource, option }: SecretPlace): Record<string, string> {
  return { 'congress-data-source': dataSource, 'congress-option': option };
}

function present(bytes: Uint8Array | undefined): Uint8Array {
  if (bytes === undefined) throw new Error('KMS answers without a key');
  return bytes;
}
