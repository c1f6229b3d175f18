import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../support/source-tree.ts';
import { ApiServer, type Question } from './api-server.ts';

const text = readFileSync(join(projectRoot, 'docs/API.md'), 'utf8');
const blocks = [...text.matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) => block);
const steps = blocks.flatMap((block) =>
  [...block.matchAll(/^(curl .*)\n# (\d{3})/gm)].map(([, command = '', status]) => ({
    command,
    status: Number(status),
  })),
);

/** Words as a shell splits them: quotes of both kinds, backslashes, variables outside single quotes. */
function wordsOf(command: string, variables: Readonly<Record<string, string>>): readonly string[] {
  const words = command.match(/(?:'[^']*'|"(?:\\.|[^"\\])*"|[^\s'"])+/g) ?? [];
  const filled = (part: string) => part.replace(/\$(\w+)/g, (_, name: string) => variables[name] ?? '');
  return words.map((word) =>
    word.replace(/'([^']*)'|"((?:\\.|[^"\\])*)"|([^'"]+)/g, (_, single, double, bare) => {
      if (single !== undefined) return single as string;
      return filled(double === undefined ? (bare as string) : (double as string).replace(/\\(.)/g, '$1'));
    }),
  );
}

/** The request that curl makes of these words. */
function questionOf(words: readonly string[], url: string): Question {
  const headers: Record<string, string> = {};
  let method: string | undefined;
  let path = '';
  let rawBody: string | undefined;
  for (let at = 1; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const value = words[at + 1] ?? '';
    if (word === '-X') method = value;
    else if (word === '-d' || word === '--json') {
      rawBody = value;
      const json = word === '--json';
      headers['content-type'] ??= json ? 'application/json' : 'application/x-www-form-urlencoded';
    } else if (word === '-H') headers[value.split(': ')[0]?.toLowerCase() ?? ''] = value.split(': ')[1] ?? '';
    else {
      path = word.replace(url, '');
      continue;
    }
    at += 1;
  }
  method ??= rawBody === undefined ? 'GET' : 'POST';
  return { method, path, headers, ...(rawBody === undefined ? {} : { rawBody }) };
}

describe('docs/API.md', () => {
  let server: ApiServer;
  let rule = '';
  beforeAll(async () => {
    server = await ApiServer.start();
  });
  afterAll(() => server.close());

  it('has nothing in its blocks that is not run', () => {
    const lines = blocks.join('').trimEnd().split('\n');
    expect(lines).toHaveLength(2 * steps.length);
  });

  it.each(steps)('$command answers $status', async ({ command, status }) => {
    const words = wordsOf(command, { CONGRESS: server.url, RULE: rule });
    const reply = await server.send(questionOf(words, server.url));
    expect({ status: reply.status, text: reply.text }).toMatchObject({ status });
    if (/\/rules$/.test(words.find((word) => word.startsWith('http')) ?? '') && status === 201)
      rule = reply.json.id;
  });

  it('has a line for each group of routes', async () => {
    const { paths } = (await server.get('/v1/openapi.json')).json;
    const tags = new Set(
      Object.values(paths as object).flatMap((item) =>
        Object.values(item as object).flatMap(({ tags: of = [] }: { tags?: string[] }) => of),
      ),
    );
    const run = steps.map(({ command }) => command).join('\n');
    const missing = [...tags].filter(
      (tag) => !['operations', 'versions', 'openapi.json'].includes(tag) && !run.includes(`/v1/${tag}`),
    );
    expect(missing).toEqual([]);
  });
});
