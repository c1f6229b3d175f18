import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LogFields, silentLogger } from '../../service/base/logger.ts';
import { libraryPoliciesIn } from '../../service/server/library-files.ts';
import { systemRandom } from '../../service/server/system-random.ts';

let folder: string;
const warnings: LogFields[] = [];
const logger = {
  ...silentLogger,
  warn: (message: string, fields?: LogFields) => warnings.push({ message, ...fields }),
};

beforeEach(async () => {
  warnings.length = 0;
  folder = await mkdtemp(join(tmpdir(), 'library-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('library files', () => {
  it('hold one or more policies, at any depth, in order of path', async () => {
    await mkdir(join(folder, 'deep/er'), { recursive: true });
    await writeFile(
      join(folder, 'b.yml'),
      'name: two\nrules: []\n---\nname: three\nrules: [{rule: p(1), x: 1}]\n',
    );
    await writeFile(
      join(folder, 'deep/er/a.yaml'),
      'name: one\nkind: action\ndepends-on: [two]\nrules: []\n',
    );
    await writeFile(join(folder, 'c.txt'), 'name: no');
    const policies = await libraryPoliciesIn(folder, { logger, random: systemRandom });
    expect(policies?.map(({ id: _, ...policy }) => policy)).toEqual([
      { name: 'two', abbreviation: 'two', description: '', kind: 'nonrecursive', rules: [] },
      {
        name: 'three',
        abbreviation: 'three',
        description: '',
        kind: 'nonrecursive',
        rules: [{ rule: 'p(1)', x: 1 }],
      },
      { name: 'one', abbreviation: 'one', description: '', kind: 'action', rules: [] },
    ]);
    expect(warnings).toEqual([]);
  });

  it.each([
    ['no YAML', 'name: [', /./],
    ['no policy', 'just: text', /violates schema/],
    ['a bad name', 'name: a-b\nrules: []', /not a valid policy name/],
    ['a policy too large to be stored', `name: a\nrules: []\ndescription: ${'x'.repeat(400_000)}`, /bytes/],
    ['a name that comes again', 'name: good\nrules: []', /comes again/],
  ])('with %s are logged and left out', async (_, text, reason) => {
    await writeFile(join(folder, '1.yaml'), 'name: good\nrules: []\n');
    await writeFile(join(folder, '2.yaml'), text);
    const policies = await libraryPoliciesIn(folder, { logger, random: systemRandom });
    expect(policies?.map(({ name }) => name)).toEqual(['good']);
    expect(warnings).toMatchObject([{ reason: expect.stringMatching(reason) }]);
  });

  it('that are not there fill nothing', async () => {
    const missing = await libraryPoliciesIn(join(folder, 'nope'), { logger, random: systemRandom });
    expect(missing).toBeNull();
    expect(warnings).toHaveLength(1);
  });
});
