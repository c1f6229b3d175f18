import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { newLibraryPolicyFrom } from '../api/requests/new-library-policy.ts';
import { entityBytesMax } from '../base/limits.ts';
import type { Logger } from '../base/logger.ts';
import { Problem } from '../base/problem.ts';
import type { Random } from '../base/random.ts';
import { isUsableInRules } from '../policy/names.ts';
import type { NewLibraryPolicy } from '../policy/writes/library-writes.ts';

/** Files that are looked at; a library has a few dozen. */
const filesMax = 1_000;
/** What is stored besides the content of a library policy, at most. */
const idAndPlaceBytes = 256;

/**
 * The library policies in the YAML files below a folder, at any depth (Congress reference section 7): one or more
 * documents a file, in order of path. A document that is no library policy, or whose name comes again, is logged
 * and left out. Null, and a line in the log, when the folder cannot be read: then there is nothing to fill the
 * library with yet.
 */
export async function libraryPoliciesIn(
  folder: string,
  ports: { readonly logger: Logger; readonly random: Random },
): Promise<readonly NewLibraryPolicy[] | null> {
  const { logger, random } = ports;
  let names: readonly string[];
  try {
    names = (await readdir(folder, { recursive: true })).filter(isYaml).sort().slice(0, filesMax);
  } catch (error) {
    logger.warn('the folder of library policies cannot be read', { folder, error });
    return null;
  }
  const policies = new Map<string, NewLibraryPolicy>();
  for (const name of names) {
    const file = join(folder, name);
    const refuse = (reason: string) => logger.warn('a library policy was left out', { file, reason });
    for (const document of parseAllDocuments(await readFile(file, 'utf8'))) {
      const [syntax] = document.errors;
      const policy = syntax === undefined ? policyIn(document.toJS(), refuse) : refuse(syntax.message);
      if (!policy) continue;
      if (policies.has(policy.name)) refuse(`the name \`${policy.name}\` comes again`);
      else policies.set(policy.name, { ...policy, id: random.uuid() });
    }
  }
  return [...policies.values()];
}

function isYaml(name: string): boolean {
  return ['.yaml', '.yml'].includes(extname(name));
}

function policyIn(body: unknown, refuse: (reason: string) => void): Omit<NewLibraryPolicy, 'id'> | null {
  try {
    const policy = newLibraryPolicyFrom(body);
    const bytes = Buffer.byteLength(JSON.stringify(policy)) + idAndPlaceBytes;
    if (bytes > entityBytesMax) {
      refuse(`it has ${bytes} bytes, more than ${entityBytesMax}`);
      return null;
    }
    if (isUsableInRules(policy.name)) return policy;
    refuse(`\`${policy.name}\` is not a valid policy name`);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    refuse(problem.message);
  }
  return null;
}
