import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings } from '../../cdk/settings.ts';
import { projectRoot } from '../support/source-tree.ts';

describe('docs/AWS.md', () => {
  const table = readFileSync(join(projectRoot, 'docs/AWS.md'), 'utf8')
    .split('## Context keys')[1]!
    .split('\n## ')[0]!;
  const documented = table
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...line.split('|')[1]!.matchAll(/`(\w+)`/g)].map(([, key]) => key));

  it('lists every context key that is read, and no other', () => {
    const read: string[] = [];
    readSettings((key) => {
      read.push(key);
      return undefined;
    });
    expect([...documented].sort()).toEqual([...read].sort());
  });
});
