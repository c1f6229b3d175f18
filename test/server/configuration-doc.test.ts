import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configVariables } from '../../service/server/config-variables.ts';
import { projectRoot } from '../support/source-tree.ts';

const heading = '| variable | default | allowed | what it does |';
const wanted = Object.values(configVariables).map(({ name, fallback, allowed, description }) =>
  cells(`| \`${name}\` | ${fallback === null ? '' : `\`${fallback}\``} | ${allowed} | ${description} |`),
);

/** The cells of a table row, however it is padded. */
function cells(row: string): readonly string[] {
  return row.split('|').map((cell) => cell.trim());
}

describe('docs/CONFIGURATION.md', () => {
  it('holds the table of the variables as the server has it', () => {
    const text = readFileSync(join(projectRoot, 'docs/CONFIGURATION.md'), 'utf8');
    const lines = text.split('\n');
    const start = lines.findIndex((line) => cells(line).join() === cells(heading).join());
    const end = lines.indexOf('', start);
    expect(lines.slice(start + 2, end).map(cells)).toEqual(wanted);
  });
});
