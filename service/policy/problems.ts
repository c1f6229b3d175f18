import { Problem } from '../base/problem.ts';

/**
 * What a write or a query of this module refuses. Where the v1 API fixes a wording, `message` is its detail
 * text (Congress reference 1.3 and the section named at the class), because the wire is what clients read;
 * `api` puts the description and the error number in front.
 */

/** Reference 1.5: not usable as a qualifier in rules. */
export class InvalidPolicyName extends Problem {
  readonly code = 'invalid-policy-name';
  readonly kind = 'invalid';
  readonly policyName: string;
  constructor(policyName: string) {
    super(`Policy name ${policyName} is not a valid tablename`);
    this.policyName = policyName;
  }
}

/** Reference 1.5. */
export class UnknownPolicyKind extends Problem {
  readonly code = 'unknown-policy-kind';
  readonly kind = 'invalid';
  readonly policyKind: string;
  constructor(policyKind: string) {
    super(`Unknown kind of policy: ${policyKind}`);
    this.policyKind = policyKind;
  }
}

/** Reference 1.5. */
export class PolicyNameTaken extends Problem {
  readonly code = 'policy-name-taken';
  readonly kind = 'conflict';
  readonly policyName: string;
  constructor(policyName: string) {
    super(`Policy with name ${policyName} already exists`);
    this.policyName = policyName;
  }
}

/** A policy may not take the name under which rules know a data source (docs/decisions/0301). */
export class PolicyNameOfDataSource extends Problem {
  readonly code = 'policy-name-of-data-source';
  readonly kind = 'conflict';
  readonly policyName: string;
  constructor(policyName: string) {
    super(`\`${policyName}\` is the name of a data source`);
    this.policyName = policyName;
  }
}

/** Reference 1.5, DELETE: neither a name nor an id of a policy. */
export class PolicyNotFound extends Problem {
  readonly code = 'policy-not-found';
  readonly kind = 'not-found';
  readonly nameOrId: string;
  constructor(nameOrId: string) {
    super(`Policy Name or ID '${nameOrId}' does not exist`);
    this.nameOrId = nameOrId;
  }
}

/** Reference 1.5: `classification` and `action` stay. */
export class SystemPolicyUndeletable extends Problem {
  readonly code = 'system-policy-undeletable';
  readonly kind = 'denied';
  readonly policyName: string;
  constructor(policyName: string) {
    super(`Cannot delete system-maintained policy ${policyName}`);
    this.policyName = policyName;
  }
}

/** A policy keeps its name; `reason` says why. */
export class PolicyNotRenamable extends Problem {
  readonly code = 'policy-not-renamable';
  readonly kind = 'conflict';
  readonly policyName: string;
  readonly reason: string;
  constructor(policyName: string, reason: string) {
    super(`policy \`${policyName}\` cannot be renamed: ${reason}`);
    this.policyName = policyName;
    this.reason = reason;
  }
}

/** Reference 1.11: not usable as the name of the policy that is made of it. */
export class InvalidLibraryPolicyName extends Problem {
  readonly code = 'invalid-library-policy-name';
  readonly kind = 'invalid';
  readonly policyName: string;
  constructor(policyName: string) {
    super(`name \`${policyName}\` is not a valid policy name`);
    this.policyName = policyName;
  }
}

/** Reference 1.11: neither an id nor a name in the library. */
export class LibraryPolicyNotFound extends Problem {
  readonly code = 'library-policy-not-found';
  readonly kind = 'not-found';
  readonly nameOrId: string;
  constructor(nameOrId: string) {
    super(`No policy found with policy id ${nameOrId}`);
    this.nameOrId = nameOrId;
  }
}

/** The library policy that a policy is made of was changed at this moment: read it again. */
export class LibraryPolicyChanged extends Problem {
  readonly code = 'library-policy-changed';
  readonly kind = 'conflict';
  readonly policyName: string;
  constructor(policyName: string) {
    super(`library policy \`${policyName}\` was changed at the same time`);
    this.policyName = policyName;
  }
}

/** Reference 1.6, error 1020: the policy whose rules are meant does not exist. */
export class PolicyOfRuleNotFound extends Problem {
  readonly code = 'policy-of-rule-not-found';
  readonly kind = 'not-found';
  readonly nameOrId: string;
  constructor(nameOrId: string) {
    super(`Policy ID ${nameOrId} does not exist`);
    this.nameOrId = nameOrId;
  }
}

/** Reference 1.6, error 1019: data sources take no rules. */
export class RulesNotPermitted extends Problem {
  readonly code = 'rules-not-permitted';
  readonly kind = 'invalid';
  readonly dataSourceName: string;
  constructor(dataSourceName: string) {
    super(`(1019) Rules not permitted on non persisted policies.`);
    this.dataSourceName = dataSourceName;
  }
}

/** Reference 1.6, error 1002: no statement in the text. */
export class EmptyRule extends Problem {
  readonly code = 'empty-rule';
  readonly kind = 'invalid';
  constructor() {
    super('Empty string passed. Not a valid rule');
  }
}

/** Reference 1.6, error 1003: more than one statement in the text. `statements` are printed canonically. */
export class MultipleRules extends Problem {
  readonly code = 'multiple-rules';
  readonly kind = 'invalid';
  readonly statements: readonly string[];
  constructor(statements: readonly string[]) {
    super(`Received multiple rules: ${statements.join('; ')}`);
    this.statements = statements;
  }
}

/** Reference 1.6 and 2.9, error 1002: the statements parse but are not admitted. One message per reason. */
export class RuleRefused extends Problem {
  readonly code = 'rule-refused';
  readonly kind = 'invalid';
  readonly messages: readonly string[];
  constructor(messages: readonly string[]) {
    super(messages.join(';'));
    this.messages = messages;
  }
}

/** Reference 2.8, error 1002. `cycle` lists the tables `policy:table` in order of dependence, first = last. */
export class RulesRecursive extends Problem {
  readonly code = 'rules-recursive';
  readonly kind = 'invalid';
  readonly cycle: readonly string[];
  constructor(cycle: readonly string[]) {
    super('Rules are recursive');
    this.cycle = cycle;
  }
}

/**
 * Policies of a kind that may recur, and a cycle through a negation or an aggregate, so that the rules have no
 * stratified meaning. `cycle` as in {@link RulesRecursive}.
 */
export class RulesUnstratified extends Problem {
  readonly code = 'rules-unstratified';
  readonly kind = 'invalid';
  readonly cycle: readonly string[];
  constructor(cycle: readonly string[]) {
    super(`Rules are recursive through a negation or an aggregate: ${cycle.join(' -> ')}`);
    this.cycle = cycle;
  }
}

/** Reference 1.6, error 1008: the policy has this statement. */
export class RuleAlreadyExists extends Problem {
  readonly code = 'rule-already-exists';
  readonly kind = 'conflict';
  readonly policyName: string;
  constructor(policyName: string) {
    super('(1008) Rule already exists');
    this.policyName = policyName;
  }
}

/** Reference 1.6, error 1000: the policy exists, its rule does not. */
export class RuleNotFound extends Problem {
  readonly code = 'rule-not-found';
  readonly kind = 'not-found';
  readonly ruleId: string;
  readonly policyName: string;
  constructor(facts: { readonly ruleId: string; readonly policyName: string }) {
    super('(1000) Unknown error');
    this.ruleId = facts.ruleId;
    this.policyName = facts.policyName;
  }
}

/** Reference 1.13: empty, with a leading underscore, or not usable in rules. */
export class InvalidDataSourceName extends Problem {
  readonly code = 'invalid-data-source-name';
  readonly kind = 'invalid';
  readonly dataSourceName: string;
  constructor(dataSourceName: string) {
    super(
      'Datasource name %(value) is invalid. Cannot be empty or start with underscore.  Must be valid in policy language',
    );
    this.dataSourceName = dataSourceName;
  }
}

/** An id chosen by the caller that is empty or longer than `nameLengthMax`. */
export class InvalidDataSourceId extends Problem {
  readonly code = 'invalid-data-source-id';
  readonly kind = 'invalid';
  readonly dataSourceId: string;
  constructor(dataSourceId: string) {
    super('data source id is empty or too long');
    this.dataSourceId = dataSourceId;
  }
}

/** Reference 1.13: the name, or an id chosen by the caller, is in use. */
export class DataSourceNameTaken extends Problem {
  readonly code = 'data-source-name-taken';
  readonly kind = 'conflict';
  readonly dataSourceName: string;
  constructor(dataSourceName: string) {
    super(`Datasource already in use with name ${dataSourceName}`);
    this.dataSourceName = dataSourceName;
  }
}

/** Reference 1.13. */
export class DataSourceNotFound extends Problem {
  readonly code = 'data-source-not-found';
  readonly kind = 'not-found';
  readonly nameOrId: string;
  constructor(nameOrId: string) {
    super(`Datasource not found ${nameOrId}`);
    this.nameOrId = nameOrId;
  }
}

/** The data source has no table of this name in its schema (reference 1.8, 1.15). */
export class DataSourceTableNotFound extends Problem {
  readonly code = 'data-source-table-not-found';
  readonly kind = 'not-found';
  readonly table: string;
  readonly dataSourceName: string;
  constructor(facts: { readonly table: string; readonly dataSourceName: string }) {
    super(`tablename '${facts.table}' does not exist'`);
    this.table = facts.table;
    this.dataSourceName = facts.dataSourceName;
  }
}

/** Reference 1.8: the policy is unknown or mentions no such table. */
export class TableNotFound extends Problem {
  readonly code = 'table-not-found';
  readonly kind = 'not-found';
  readonly table: string;
  constructor(table: string) {
    super(`table '${table}' doesn't exist`);
    this.table = table;
  }
}

/** Reference 1.8, HTTP 500: the policy mentions the table, but nothing says how many columns it has. */
export class UnknownArity extends Problem {
  readonly code = 'unknown-arity';
  readonly kind = 'invalid';
  readonly table: string;
  readonly policyName: string;
  constructor(facts: { readonly table: string; readonly policyName: string }) {
    super(`Known table but unknown arity for '${facts.table}' in policy '${facts.policyName}'`);
    this.table = facts.table;
    this.policyName = facts.policyName;
  }
}

/** An entity is larger than what is stored and replicated (base/limits.ts). Sizes are of its JSON, in bytes. */
export class EntityTooLarge extends Problem {
  readonly code = 'entity-too-large';
  readonly kind = 'invalid';
  readonly entity: 'policy' | 'rule' | 'data source' | 'library policy';
  readonly bytes: number;
  readonly bytesMax: number;
  constructor(facts: {
    readonly entity: 'policy' | 'rule' | 'data source' | 'library policy';
    readonly bytes: number;
    readonly bytesMax: number;
  }) {
    super(`${facts.entity} has ${facts.bytes} bytes, more than the ${facts.bytesMax} that are allowed`);
    this.entity = facts.entity;
    this.bytes = facts.bytes;
    this.bytesMax = facts.bytesMax;
  }
}

/** A policy is to be created with more rules than `rulesPerRequestMax`. */
export class TooManyRules extends Problem {
  readonly code = 'too-many-rules';
  readonly kind = 'invalid';
  readonly rules: number;
  readonly rulesMax: number;
  constructor(facts: { readonly rules: number; readonly rulesMax: number }) {
    super(`request has ${facts.rules} rules, more than the ${facts.rulesMax} that are allowed`);
    this.rules = facts.rules;
    this.rulesMax = facts.rulesMax;
  }
}

/** A delta or a snapshot of a poll that others have overtaken: the table is not what it was based on any more. */
export class TableMoved extends Problem {
  readonly code = 'table-moved';
  readonly kind = 'conflict';
  readonly table: string;
  constructor(table: string) {
    super(`table \`${table}\` has changed meanwhile`);
    this.table = table;
  }
}

/** Shared rows of a poll for a data source that is not polled under a lease (any more). */
export class NotPolledUnderLease extends Problem {
  readonly code = 'not-polled-under-lease';
  readonly kind = 'conflict';
  readonly dataSourceName: string;
  constructor(dataSourceName: string) {
    super(`data source \`${dataSourceName}\` is not polled under a lease`);
    this.dataSourceName = dataSourceName;
  }
}

/** The tables of a data source are fixed at creation: rules were written for them. */
export class DataSourceTablesFixed extends Problem {
  readonly code = 'data-source-tables-fixed';
  readonly kind = 'invalid';
  readonly dataSourceName: string;
  constructor(dataSourceName: string) {
    super(`the tables and columns of data source \`${dataSourceName}\` cannot be changed`);
    this.dataSourceName = dataSourceName;
  }
}

/** No entry of the execution ledger has this id, or it is forgotten. */
export class ExecutionNotFound extends Problem {
  readonly code = 'execution-not-found';
  readonly kind = 'not-found';
  readonly executionId: string;
  constructor(executionId: string) {
    super(`no execution \`${executionId}\``);
    this.executionId = executionId;
  }
}

/** What a person asks for does not fit where the execution stands. */
export class ExecutionNotWaiting extends Problem {
  readonly code = 'execution-not-waiting';
  readonly kind = 'conflict';
  readonly executionId: string;
  constructor(
    executionId: string,
    facts: { readonly state: string; readonly closed: boolean; readonly wanted: string },
  ) {
    const { state, closed, wanted } = facts;
    super(
      `execution \`${executionId}\` is \`${state}\`${closed ? ' and closed' : ''}; it cannot be ${wanted}`,
    );
    this.executionId = executionId;
  }
}
