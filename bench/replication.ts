import { freePorts } from '../scripts/cluster/ports.ts';
import { startDynamoDbLocal } from '../scripts/dynamodb-local.ts';
import { benchBootstrap } from './replication/bootstrap.ts';
import { benchCommits } from './replication/commits.ts';
import { benchIdle } from './replication/idle.ts';
import { benchReads } from './replication/reads.ts';

const parts: Readonly<Record<string, (endpoint: string) => Promise<void>>> = {
  reads: benchReads,
  commits: benchCommits,
  idle: benchIdle,
  bootstrap: benchBootstrap,
};

/**
 * Reads, commits, idle cost and start of replicas on DynamoDB Local, whose times are those of one Java process on this
 * machine and not of DynamoDB; the units it bills are. Arguments: names of parts; all without any.
 */
export async function benchReplication(args: readonly string[]): Promise<void> {
  const [port = 0] = await freePorts(1);
  const database = await startDynamoDbLocal(port);
  try {
    for (const [name, part] of Object.entries(parts)) {
      if (args.length === 0 || args.includes(name)) await part(database.endpoint);
    }
  } finally {
    await database.stop();
  }
}
