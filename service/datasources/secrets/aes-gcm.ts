import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { SecretPlace } from './secret-box.ts';

const ivBytes = 12;
const tagBytes = 16;

/** Initialisation vector (fresh for every text), tag and ciphertext, as base64url. */
export function encrypt(key: Uint8Array, text: string, place: SecretPlace): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes });
  cipher.setAAD(associated(place));
  const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), ciphertext]).toString('base64url');
}

/** Throws an Error when the key, the place or a bit of it is not the one it was made with. */
export function decrypt(key: Uint8Array, encrypted: string, place: SecretPlace): string {
  const bytes = Buffer.from(encrypted, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(associated(place));
  decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
  return Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]).toString(
    'utf8',
  );
}

function associated({ dataSource, option }: SecretPlace): Buffer {
  return Buffer.from(JSON.stringify(['congress-ha secret', dataSource, option]), 'utf8');
}
