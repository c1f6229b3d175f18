import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { projectRoot, sourceFiles } from './support/source-tree.ts';

const skippedFolders = new Set(['node_modules', '.git', '.run', 'dist', 'cdk.out', 'coverage']);

interface Page {
  /** Relative to the project root. */
  readonly path: string;
  readonly text: string;
}

function markdownPages(folder = projectRoot): readonly Page[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return skippedFolders.has(entry.name) ? [] : markdownPages(path);
    if (!entry.name.endsWith('.md')) return [];
    return [{ path: relative(projectRoot, path), text: readFileSync(path, 'utf8') }];
  });
}

const pages = markdownPages();
const sources = sourceFiles('service', 'cdk', 'scripts', 'examples', 'bench', 'test');

describe('the documentation', () => {
  it('is found', () => {
    expect(pages.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['README.md', 'docs/OPERATIONS.md']),
    );
  });

  it('links only to files that are there', () => {
    const broken = pages.flatMap(({ path, text }) =>
      [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)\s#]+)(?:#[^)]*)?\)/g)]
        .map(([, target = '']) => target)
        .filter((target) => !existsSync(join(projectRoot, dirname(path), target)))
        .map((target) => `${path}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('names only files of the project that are there', () => {
    const broken = pages.flatMap(({ path, text }) =>
      [...text.matchAll(/`((?:service|docs|test|scripts|cdk|examples|bench)\/[\w./-]+)`/g)]
        .map(([, target = '']) => target)
        .filter((target) => !existsSync(join(projectRoot, target)))
        .map((target) => `${path}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('has every decision that a comment or a page names', () => {
    const numbers = readdirSync(join(projectRoot, 'docs/decisions')).map((name) => name.slice(0, 4));
    const named = [...pages, ...sources].flatMap(({ path, text }) =>
      [...text.matchAll(/\bdecisions?[ /](\d{4})\b/g)].map(([, number = '']) => ({ path, number })),
    );
    expect(named.filter(({ number }) => !numbers.includes(number))).toEqual([]);
  });

  it('gives each decision a number of its own', () => {
    const numbers = readdirSync(join(projectRoot, 'docs/decisions')).map((name) => name.slice(0, 4));
    expect(numbers.filter((number, at) => numbers.indexOf(number) !== at)).toEqual([]);
  });

  it('keeps decisions within 40 lines and module pages within 40', () => {
    const long = pages
      .filter(({ path }) => /^docs\/decisions\/|^service\/\w+\/README\.md$/.test(path))
      .filter(({ text }) => text.split('\n').length > 41)
      .map(({ path }) => path);
    expect(long).toEqual([]);
  });

  it('names every page of docs in the README or in a page that the README links', () => {
    const readme = pages.find(({ path }) => path === 'README.md')?.text ?? '';
    const missing = pages
      .map(({ path }) => path)
      .filter((path) => /^docs\/[^/]+\.md$/.test(path) && !readme.includes(path));
    expect(missing).toEqual([]);
  });
});
