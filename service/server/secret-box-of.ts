import { KMSClient } from '@aws-sdk/client-kms';
import { EnvelopeBox } from '../datasources/secrets/envelope-box.ts';
import { KeyRing } from '../datasources/secrets/key-ring.ts';
import { kmsDataKeys } from '../datasources/secrets/kms-data-keys.ts';
import type { SecretBox } from '../datasources/secrets/secret-box.ts';
import type { Config } from './config.ts';

/** How secrets of data sources are kept, as configured. */
export function secretBoxOf({ secretKeys, secretKmsKey, awsRegion }: Config): SecretBox {
  if (secretKmsKey === null) return new KeyRing(secretKeys);
  return new EnvelopeBox(kmsDataKeys(new KMSClient({ region: awsRegion }), secretKmsKey));
}
