/** One run of a peer from npm on one case, as a process of its own: `node measure-peer.js <peer> <case> <folder>`. */
import { engineCases } from './engine-cases.ts';
import { measureDbIvm } from './peers/db-ivm.ts';
import { measureDuckDb } from './peers/duckdb.ts';
import { measureSqlite } from './peers/sqlite.ts';

const [peer, name, folder = ''] = process.argv.slice(2);
const found = engineCases.find((candidate) => candidate.name === name);
if (found === undefined) throw new Error(`no case ${name}`);
const measures = { sqlite: measureSqlite, duckdb: measureDuckDb, 'db-ivm': measureDbIvm } as const;
if (peer === undefined || !(peer in measures)) throw new Error(`no peer ${peer}`);
console.log(JSON.stringify(await measures[peer as keyof typeof measures](found, folder)));
