import { readFile } from 'node:fs/promises';
import type { TokenAuthenticator } from '../api/auth/token-authenticator.ts';
import { TokenSet } from '../api/auth/token-set.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { Problem } from '../base/problem.ts';

export interface TokenFileOptions {
  readonly path: string;
  readonly reloadMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A token file that cannot be read at the start: the configuration is wrong. */
export class TokenFileUnusable extends Problem {
  readonly code = 'token-file-unusable';
  readonly kind = 'invalid';
}

/** The tokens of the file. Rejects with TokenFileUnusable. */
export async function readTokenFile(path: string): Promise<TokenSet> {
  try {
    return TokenSet.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new TokenFileUnusable(`CONGRESS_AUTH_TOKENS_FILE ${path}: ${reasonOf(error)}`, { cause: error });
  }
}

/**
 * Reads the file again and again until the signal is aborted, and replaces the tokens when its text has changed.
 * The text is compared, not times or events: that sees through links and mounted secrets alike. A file that
 * cannot be used takes nothing away and is told once; a half-written one is whole at the next look.
 */
export async function followTokenFile(
  options: TokenFileOptions,
  authenticator: Pick<TokenAuthenticator, 'replace'>,
  signal: AbortSignal,
): Promise<void> {
  const { path, reloadMs, clock, logger } = options;
  let last = await readFile(path, 'utf8').catch(() => '');
  let told = '';
  while (!signal.aborted) {
    await clock.sleep(reloadMs, signal).catch(() => {});
    if (signal.aborted) return;
    try {
      const text = await readFile(path, 'utf8');
      if (text === last) continue;
      const tokens = TokenSet.parse(text);
      authenticator.replace(tokens);
      last = text;
      told = '';
      logger.info('the tokens were replaced', { tokens: tokens.size });
    } catch (error) {
      const reason = reasonOf(error);
      if (reason !== told)
        logger.error('the token file cannot be used; the former tokens stay', { path, reason });
      told = reason;
    }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
