import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot, type SourceFile, sourceFiles } from './support/source-tree.ts';

/**
 * Who may import whom (docs/ARCHITECTURE.md, "Modules"). A new arrow is a line here with its reason.
 * `replication` and `api` name the values and the engine that a replica holds, so they import `datalog` and
 * `engine`; `api` needs the drivers' catalog to validate what it is sent.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  base: [],
  datalog: ['base'],
  engine: ['base', 'datalog'],
  policy: ['base', 'datalog', 'engine'],
  datasources: ['base', 'datalog'],
  store: ['base'],
  replication: ['base', 'datalog', 'engine', 'policy', 'store'],
  api: ['base', 'datalog', 'engine', 'policy', 'datasources', 'replication'],
  cli: ['base'],
  server: ['base', 'datalog', 'engine', 'policy', 'datasources', 'store', 'replication', 'api', 'cli'],
};

/** Synchronous and deterministic (docs/ARCHITECTURE.md): no await, clock, random, environment, file or network. */
const pureFolders = ['service/base/', 'service/datalog/', 'service/engine/', 'service/policy/'];
const pureFiles = ['service/replication/replica.ts'];
const impure =
  /\bawait\b|\basync\b|\bsetTimeout\b|\bsetInterval\b|\bsetImmediate\b|\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\.now\b|\bprocess\.|\bfetch\(|\bcrypto\.random/;
const pureNodeModules = ['node:crypto', 'node:net'];

/** Packages that may be imported in one place only. */
const packageHomes: Readonly<Record<string, readonly string[]>> = {
  // bench: the bare handler that the API is measured beside.
  express: ['service/api/', 'service/server/', 'bench/'],
  '@aws-sdk/client-dynamodb': ['service/store/dynamodb/', 'scripts/', 'test/'],
  '@aws-sdk/lib-dynamodb': ['service/store/dynamodb/', 'test/'],
  pino: ['service/server/'],
  'prom-client': ['service/server/', 'service/api/'],
  'aws-cdk-lib': ['cdk/', 'test/cdk/'],
};

const service = sourceFiles('service');
const everything = sourceFiles(
  ...['service', 'cdk', 'scripts', 'test', 'examples', 'bench'].filter((folder) =>
    existsSync(join(projectRoot, folder)),
  ),
);

function moduleOf(path: string): string | null {
  return /^service\/([^/]+)\//.exec(path)?.[1] ?? null;
}

function isPure(file: SourceFile): boolean {
  return pureFolders.some((folder) => file.path.startsWith(folder)) || pureFiles.includes(file.path);
}

describe('modules', () => {
  it('import each other only along the table', () => {
    const wrong = service.flatMap((file) => {
      const from = moduleOf(file.path) ?? '';
      return file.imports
        .map((wanted) => (wanted.target === null ? null : moduleOf(wanted.target)))
        .filter((to) => to !== null && to !== from && !mayImport[from]?.includes(to))
        .map((to) => `${file.path} -> ${to}`);
    });
    expect(wrong).toEqual([]);
  });

  it('never import tests, scripts or the CDK from the service', () => {
    const wrong = service.flatMap((file) =>
      file.imports
        .filter(({ target }) => target !== null && !target.startsWith('service/'))
        .map(({ specifier }) => `${file.path} -> ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  it('have no import cycle', () => {
    expect(findCycle(service)).toEqual([]);
  });

  it('that are core are synchronous and deterministic', () => {
    const wrong = service.filter(isPure).flatMap((file) => {
      const lines = file.code.split('\n');
      const calls = lines.flatMap((line, index) => (impure.test(line) ? [`${file.path}:${index + 1}`] : []));
      const modules = file.imports
        .filter(({ specifier }) => specifier.startsWith('node:') && !pureNodeModules.includes(specifier))
        .map(({ specifier }) => `${file.path} -> ${specifier}`);
      return [...calls, ...modules];
    });
    expect(wrong).toEqual([]);
  });

  it('keep third-party packages where they belong', () => {
    const wrong = everything.flatMap((file) =>
      file.imports
        .filter(({ specifier }) => {
          const homes = packageHomes[packageName(specifier)];
          return homes !== undefined && !homes.some((home) => file.path.startsWith(home));
        })
        .map(({ specifier }) => `${file.path} -> ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  it('each have a README of at most 40 lines', () => {
    const folders = readdirSync(join(projectRoot, 'service'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
    const wrong = folders.filter((folder) => {
      const readme = join(projectRoot, 'service', folder, 'README.md');
      return !existsSync(readme) || readFileSync(readme, 'utf8').trimEnd().split('\n').length > 40;
    });
    expect(wrong).toEqual([]);
  });
});

describe('files', () => {
  it('stay under 400 lines', () => {
    const wrong = everything
      .map((file) => ({ path: file.path, lines: file.text.trimEnd().split('\n').length }))
      .filter(({ lines }) => lines > 400)
      .map(({ path, lines }) => `${path}: ${lines}`);
    expect(wrong).toEqual([]);
  });

  it('are not barrels and not called utils, helpers or types', () => {
    const wrong = everything
      .map(({ path }) => path)
      .filter((path) => /(^|\/)(index|utils?|helpers?|types)(\.ts$|\/)/.test(path));
    expect(wrong).toEqual([]);
  });

  it('use erasable TypeScript only and no default export', () => {
    const wrong = everything.flatMap((file) =>
      file.code
        .split('\n')
        .flatMap((line, index) =>
          /^\s*(export\s+)?(declare\s+)?(const\s+)?(enum|namespace)\s+\w+\s*\{|^export default\b/.test(line)
            ? [`${file.path}:${index + 1}`]
            : [],
        ),
    );
    expect(wrong).toEqual([]);
  });
});

function packageName(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier);
}

/** Depth-first search over runtime and type imports; the first cycle found, as a list of paths. */
function findCycle(files: readonly SourceFile[]): readonly string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const path: string[] = [];

  function visit(name: string): readonly string[] {
    if (done.has(name)) return [];
    const at = path.indexOf(name);
    if (at >= 0) return [...path.slice(at), name];
    path.push(name);
    for (const { target } of byPath.get(name)?.imports ?? []) {
      if (target === null || !byPath.has(target)) continue;
      const cycle = visit(target);
      if (cycle.length > 0) return cycle;
    }
    path.pop();
    done.add(name);
    return [];
  }

  for (const { path: name } of files) {
    const cycle = visit(name);
    if (cycle.length > 0) return cycle;
  }
  return [];
}
