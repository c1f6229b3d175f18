import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { Problem } from '../../base/problem.ts';
import { grantsFrom, type Subject, subjectId } from './subject.ts';

/** Tokens of one set; more belong to an identity provider. */
const tokensMax = 10_000;

const rolesSchema = z
  .array(z.string())
  .min(1)
  .transform((texts, context) => {
    const grants = grantsFrom(texts);
    if (grants !== null) return grants;
    context.addIssue({
      code: 'custom',
      message: 'allowed are `reader`, `editor`, `operator`, `admin`, `pusher:<data source>` and `pusher:*`',
    });
    return z.NEVER;
  });

const fileSchema = z.strictObject({
  tokens: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[\x21-\x7e]{1,128}$/, 'must be 1 to 128 visible ASCII characters'),
        sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits in lower case'),
        roles: rolesSchema,
        expiresAt: z.iso.datetime({ offset: true }).transform(Date.parse).optional(),
      }),
    )
    .max(tokensMax),
});

/** A text of tokens that is not one; every problem with its place, and nothing of the text itself. */
export class InvalidTokens extends Problem {
  readonly code = 'invalid-tokens';
  readonly kind = 'invalid';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the tokens are not usable: ${problems.join('; ')}`);
    this.problems = problems;
  }
}

interface Entry {
  readonly digest: Buffer;
  readonly subject: Subject;
  readonly expiresAtMs: number | null;
}

/**
 * Static tokens, of which only SHA-256 digests are kept. A plain digest is enough because tokens are random
 * (docs/SECURITY.md): there is no dictionary of 256-bit numbers.
 */
export class TokenSet {
  readonly #entries = new Map<string, Entry[]>();
  readonly size: number;

  private constructor(entries: readonly Entry[]) {
    this.size = entries.length;
    for (const entry of entries) {
      const bucket = bucketOf(entry.digest);
      const sharing = this.#entries.get(bucket);
      if (sharing === undefined) this.#entries.set(bucket, [entry]);
      else sharing.push(entry);
    }
  }

  /**
   * From JSON: `{"tokens": [{"name", "sha256", "roles", "expiresAt"?}]}`. The same name may stand there more than
   * once, so that the old and the new token of a subject are valid side by side. Throws InvalidTokens.
   */
  static parse(text: string): TokenSet {
    const read = fileSchema.safeParse(parsedJson(text));
    if (!read.success) {
      throw new InvalidTokens(read.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`));
    }
    return new TokenSet(
      read.data.tokens.map(({ name, sha256, roles, expiresAt }) => ({
        digest: Buffer.from(sha256, 'hex'),
        subject: { id: subjectId('token', name), ...roles },
        expiresAtMs: expiresAt ?? null,
      })),
    );
  }

  /**
   * Who has this token at this time; null when nobody. Digests are compared in constant time. That the bucket
   * is found in another time tells something about the digest, never about the token.
   */
  find(token: string, nowMs: number): Subject | null {
    const digest = createHash('sha256').update(token).digest();
    let found: Entry | null = null;
    for (const entry of this.#entries.get(bucketOf(digest)) ?? []) {
      if (timingSafeEqual(entry.digest, digest)) found = entry;
    }
    return found === null || (found.expiresAtMs !== null && found.expiresAtMs <= nowMs)
      ? null
      : found.subject;
  }
}

function bucketOf(digest: Buffer): string {
  return digest.toString('latin1', 0, 4);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidTokens(['it is no JSON']);
  }
}
