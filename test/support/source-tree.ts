import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** The repository's top folder. */
export const projectRoot = join(__dirname, '..', '..');

export interface SourceFile {
  /** Relative to the project root, with forward slashes. */
  readonly path: string;
  /** As written. */
  readonly text: string;
  /** Comments blanked out, string contents kept. */
  readonly code: string;
  readonly imports: readonly SourceImport[];
}

interface SourceImport {
  /** As written: `./x.ts`, `node:fs`, `express`. */
  readonly specifier: string;
  /** Project-relative path when relative, else null. */
  readonly target: string | null;
  readonly typeOnly: boolean;
}

/** All TypeScript files below the folders, in order of path. */
export function sourceFiles(...folders: readonly string[]): readonly SourceFile[] {
  return folders
    .flatMap((folder) => readdirSync(join(projectRoot, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(projectRoot, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((path) => !path.includes('node_modules/'))
    .sort()
    .map(readSourceFile);
}

function readSourceFile(path: string): SourceFile {
  const text = readFileSync(join(projectRoot, path), 'utf8');
  const code = withoutComments(text);
  return { path, text, code, imports: importsOf(path, code) };
}

function withoutComments(text: string): string {
  const token = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
  return text.replace(token, (found) => (found.startsWith('/') ? found.replace(/[^\n]/g, ' ') : found));
}

function importsOf(path: string, code: string): readonly SourceImport[] {
  const statement =
    /\b(?:import|export)\s+(type\s+)?(?:[^'";]*?\bfrom\s*)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g;
  return [...code.matchAll(statement)].map((match) => {
    const specifier = match[2] ?? match[3] ?? '';
    const target = specifier.startsWith('.')
      ? relative('.', join(dirname(path), specifier)).replaceAll('\\', '/')
      : null;
    return { specifier, target, typeOnly: match[1] !== undefined };
  });
}
