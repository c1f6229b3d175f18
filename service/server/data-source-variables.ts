import { z } from 'zod';
import { HostRules } from '../datasources/host-rules.ts';
import type { SecretKey } from '../datasources/secrets/key-ring.ts';
import { type ConfigVariable, choiceVariable, textVariable } from './config-variable.ts';

const secretKeys: ConfigVariable<readonly SecretKey[]> = {
  name: 'CONGRESS_SECRET_KEYS',
  description:
    'Keys with which secrets of data sources are encrypted (AES-256-GCM) in the database. The first one encrypts, all of them decrypt. The same on every replica. Unset, and without `CONGRESS_SECRET_KMS_KEY`: data sources with secrets are refused.',
  allowed: '`<id>:<32 bytes as base64>`, separated by commas; an id is 1 to 32 of `A-Z a-z 0-9 _ -`',
  fallback: null,
  isSecret: true,
  schema: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,32}:[A-Za-z0-9+/=_-]+(,[A-Za-z0-9_-]{1,32}:[A-Za-z0-9+/=_-]+)*$/)
    .transform((text) => text.split(',').map(secretKey))
    .refine((keys) => keys.every(({ key }) => key.length === 32))
    .refine((keys) => new Set(keys.map(({ id }) => id)).size === keys.length),
};

function secretKey(text: string): SecretKey {
  const [id = '', encoded = ''] = text.split(':');
  return { id, key: Buffer.from(encoded, 'base64') };
}

function hostsVariable(name: string, description: string): ConfigVariable<readonly string[]> {
  return {
    name,
    description,
    allowed:
      'names, names below a domain (`.example.org`), addresses and networks (`10.0.0.0/8`), separated by commas',
    fallback: null,
    schema: z
      .string()
      .transform((text) => text.split(','))
      .refine((rules) => rules.every((rule) => HostRules.isRule(rule))),
  };
}

/** Variables about data sources and the actions they offer. */
export const dataSourceVariables = {
  polling: choiceVariable({
    name: 'CONGRESS_POLLING',
    description:
      'How a new data source is polled unless it says so itself: by each replica for itself, or by the holder of a lease for all.',
    fallback: 'every-replica',
    choices: ['every-replica', 'leased'],
  }),
  secretKeys,
  secretKmsKey: textVariable({
    name: 'CONGRESS_SECRET_KMS_KEY',
    description:
      'Id, ARN or alias of an AWS KMS key that wraps the data keys of secrets; instead of `CONGRESS_SECRET_KEYS`.',
    allowed: 'the id, ARN or alias of a key',
    fallback: null,
    pattern: /^[A-Za-z0-9:/_-]{1,2048}$/,
  }),
  hostsRefused: hostsVariable(
    'CONGRESS_DATA_SOURCE_HOSTS_REFUSED',
    'Hosts that data sources may not ask, besides the metadata services of clouds and link-local addresses, which never are.',
  ),
  hostsAllowed: hostsVariable(
    'CONGRESS_DATA_SOURCE_HOSTS_ALLOWED',
    'The only hosts that data sources may ask. Unset: all that are not refused.',
  ),
  enforcement: choiceVariable({
    name: 'CONGRESS_ENFORCEMENT',
    description:
      'Most that this replica does about actions: send them, record what it would send, or nothing. The switch in the API can only do less.',
    fallback: 'on',
    choices: ['on', 'dry-run', 'off'],
  }),
} as const;
