/**
 * Every bound on outside input, queues, pages and retries (STYLE 16), with its unit last. Configurable ones
 * are defaults here and are overridden in `server/config.ts`.
 */

/** Length of one posted rule text, in UTF-16 code units. */
export const ruleTextLengthMax = 65_536;
/** Nesting is impossible in the language; this bounds literals in one rule body. */
export const bodyLiteralsMax = 1_000;
/** Errors reported for one text by the lexer or the parser; it stops there. */
export const syntaxFindingsMax = 100;
/** Rules of one policy. */
export const rulesPerPolicyMax = 100_000;
/** Rules in one create-policy request. */
export const rulesPerRequestMax = 10_000;
/** Body of any request but rows, in bytes. */
export const requestBodyBytesMax = 4 * 1024 * 1024;
/** Body of a PUT rows request, in bytes. */
export const rowsBodyBytesMax = 256 * 1024 * 1024;
/** Policy names, data source names, table and column names, in UTF-16 code units. */
export const nameLengthMax = 255;

/** Entity writes in one commit: 100 items of a DynamoDB transaction less the sequence item and the record, less one spare. */
export const writesPerCommitMax = 97;
/** One change record with its changes, in bytes of JSON; DynamoDB's item limit is 400 KB. */
export const changeRecordBytesMax = 300 * 1024;
/** All JSON of one commit, in bytes; a DynamoDB transaction holds 4 MB. */
export const commitBytesMax = 3_500 * 1024;
/** One entity, in bytes of JSON; stored compressed when large, DynamoDB's item limit is 400 KB. */
export const entityBytesMax = 380 * 1024;
/** A commit id, in characters: DynamoDB's limit of a ClientRequestToken; a UUID has 36. */
export const commitIdLengthMax = 36;
/** Partition of an entity, in bytes of UTF-8: DynamoDB's limit of a partition key. */
export const partitionBytesMax = 2_048;
/** Id of an entity within its partition, in bytes of UTF-8: DynamoDB's limit of a sort key. */
export const entityIdBytesMax = 1_024;
/** One compressed row chunk, in bytes (ARCHITECTURE section 2). */
export const rowChunkBytesMax = 350 * 1024;
/** Writes waiting for the transaction in flight; more are refused with 503. */
export const queuedWritesMax = 2_000;
/** Change records read in one page while following. */
export const recordsPerPullMax = 500;

/** Pages of at most 1 MB read by one pull; the next pull goes on from there. */
export const recordPagesPerPullMax = 8;
/** Pages of at most 1 MB in one partition. */
export const partitionPagesMax = 4_096;
/** Attempts of one idempotent request to the store before it is reported unavailable. */
export const storeAttemptsMax = 4;
/** Looks at the head for a moment without a commit under way, with full jitter in between. */
export const settledReadsMax = 20;
/** Rounds of sending what a batch left unprocessed. */
export const batchRoundsMax = 8;
/** Looks at a table that is being created, a tenth of a second apart. */
export const tableActivePollsMax = 100;
/** Requests that one call keeps in flight at a time. */
export const storeConcurrencyMax = 4;

/** Clients that follow the changes of one replica. */
export const changeStreamsMax = 500;
/** Records in one page of the history of changes. */
export const historyPageRecordsMax = 500;
/** A page of the history ends early when its JSON is longer than this; one record it always has. */
export const historyPageBytesMax = 2 * 1024 * 1024;

/** Time a write may take before it is answered 503, in milliseconds. */
export const writeDeadlineMs = 2_500;
/** Time a read may wait for its consistency before it is answered 503 or stale, in milliseconds. */
export const readWaitMs = 2_000;

/** Deltas on one version of a table; then a new version is written, so that loading stays short. */
export const tableDeltasMax = 32;
/** Executions that have ended and are closed, kept for people. */
export const executionHistoryMax = 5_000;
/** Statements in the sequence of one simulation. */
export const simulationStatementsMax = 10_000;
/** Updates that the sequence of one simulation may come to, actions included. */
export const simulationUpdatesMax = 1_000_000;
/** Length of one trace, in UTF-16 code units. */
export const traceCharactersMax = 1_000_000;
/** Steps of a proof that stand inside of each other in one trace. */
export const traceDepthMax = 400;
/** Rows that are explained in one answer; more are marked as left out. */
export const explanationNodesMax = 1_000;
/** Rows of recursive tables that are looked at to find one finite derivation. */
export const explainedRowsMax = 20_000;
/** Levels of rows and derivations of one row that an explanation may be asked for. */
export const explanationDepthMax = 50;
export const explanationWidthMax = 100;
/** Executions that are open at a time, over all policies: rows beyond wait for others to leave. */
export const executionsOpenMax = 20_000;
/** Steps of the execution ledger in one commit. */
export const executionStepsMax = 40;
/** What is kept of the answer of a target, in UTF-16 code units. */
export const executionDetailLengthMax = 500;
