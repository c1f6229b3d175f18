import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TokenAuthenticator } from '../../service/api/auth/token-authenticator.ts';
import { type Logger, silentLogger } from '../../service/base/logger.ts';
import { followTokenFile, readTokenFile, TokenFileUnusable } from '../../service/server/token-file.ts';
import { sha256, tokensText } from '../api/auth/tokens.ts';
import { ManualClock } from '../support/manual-clock.ts';

describe('a token file', () => {
  const clock = new ManualClock();
  const logged: string[] = [];
  const logger: Logger = {
    ...silentLogger,
    info: (message) => logged.push(message),
    error: (message) => logged.push(message),
  };
  let folder: string;
  let path: string;
  let authenticator: TokenAuthenticator;
  let stopping: AbortController;
  let following: Promise<void>;

  beforeEach(async () => {
    logged.length = 0;
    folder = mkdtempSync(join(tmpdir(), 'congress-tokens-'));
    path = join(folder, 'tokens.json');
    writeFileSync(path, tokensText({ old: ['reader'] }));
    authenticator = new TokenAuthenticator({ clock, tokens: await readTokenFile(path) });
    stopping = new AbortController();
    following = followTokenFile({ path, reloadMs: 5_000, clock, logger }, authenticator, stopping.signal);
    await until(() => clock.sleeping === 1);
  });
  afterEach(async () => {
    stopping.abort();
    await following;
    rmSync(folder, { recursive: true });
  });

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => setImmediate(resolve));
  }

  /** One look at the file. */
  async function look(): Promise<void> {
    await clock.advance(5_000);
    await until(() => clock.sleeping === 1);
  }

  function isValid(token: string): boolean {
    try {
      return authenticator.authenticate({ 'x-auth-token': token }).id !== '';
    } catch {
      return false;
    }
  }

  it('is read again when it changes, and the tokens are replaced as a whole', async () => {
    await look();
    expect([isValid('old'), logged]).toEqual([true, []]);
    writeFileSync(path, tokensText({ new: ['reader'] }));
    await look();
    expect([isValid('old'), isValid('new')]).toEqual([false, true]);
    expect(logged).toEqual(['the tokens were replaced']);
  });

  it('may be put in place of another one, as orchestrators do', async () => {
    const next = join(folder, 'next.json');
    writeFileSync(next, tokensText({ new: ['reader'] }));
    renameSync(next, path);
    await look();
    expect([isValid('old'), isValid('new')]).toEqual([false, true]);
  });

  it.each([
    ['half written', () => writeFileSync(path, tokensText({ new: ['reader'] }).slice(0, 40))],
    ['wrong', () => writeFileSync(path, tokensText({ new: ['king'] }))],
    ['empty', () => writeFileSync(path, '')],
    ['gone', () => rmSync(path)],
  ])('that is %s leaves the former tokens in force, and is told once', async (_, spoil) => {
    spoil();
    await look();
    await look();
    expect(isValid('old')).toBe(true);
    expect(logged).toEqual(['the token file cannot be used; the former tokens stay']);
    writeFileSync(path, tokensText({ new: ['reader'] }));
    await look();
    expect([isValid('old'), isValid('new')]).toEqual([false, true]);
  });

  it('without a token takes all of them away', async () => {
    writeFileSync(path, '{"tokens":[]}');
    await look();
    expect(isValid('old')).toBe(false);
  });

  it('that is not there at the start stops the start, without showing what is in it', async () => {
    await expect(readTokenFile(join(folder, 'none.json'))).rejects.toThrow(TokenFileUnusable);
    writeFileSync(path, `{"tokens":[{"name":"a","sha256":"${sha256('x')}","roles":["king"]}]}`);
    const problem = await readTokenFile(path).catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(TokenFileUnusable);
    expect(String(problem)).toContain('tokens.0.roles');
    expect(String(problem)).not.toContain(sha256('x'));
  });
});
