import { assert } from '../base/assert.ts';
import type { PolicyId, RuleId } from '../base/ids.ts';
import { statementKey } from '../datalog/identity.ts';
import { CreationOrdered } from './creation-order.ts';
import type { Policy, StoredRule } from './entities.ts';

/** One policy with its rules. */
export interface ShelvedPolicy {
  readonly policy: Policy;
  readonly rules: CreationOrdered<StoredRule>;
  readonly ruleById: Map<RuleId, StoredRule>;
  /** Invariant: one rule per statement (Congress reference 2.11), so a fact is yielded by one rule only. */
  readonly ruleByStatement: Map<string, RuleId>;
}

/** The policies and their rules, by id, by name and in order of creation. */
export class PolicyShelf {
  readonly #inOrder = new CreationOrdered<Policy>();
  readonly #byId = new Map<PolicyId, ShelvedPolicy>();
  readonly #byName = new Map<string, ShelvedPolicy>();

  addPolicy(policy: Policy): void {
    assert(!this.#byId.has(policy.id), 'a new policy has a new id');
    assert(!this.#byName.has(policy.name), 'a new policy has a new name');
    const shelved = {
      policy,
      rules: new CreationOrdered<StoredRule>(),
      ruleById: new Map(),
      ruleByStatement: new Map(),
    };
    this.#inOrder.add(policy);
    this.#byId.set(policy.id, shelved);
    this.#byName.set(policy.name, shelved);
  }

  removePolicy(id: PolicyId): void {
    const shelved = this.shelved(id);
    assert(shelved.rules.size === 0, 'the rules of a policy go before it');
    this.#inOrder.remove(shelved.policy.createdAt);
    this.#byId.delete(id);
    this.#byName.delete(shelved.policy.name);
  }

  /** The policy is shown with other fields; id, name and creation are the same. */
  redescribe(policy: Policy): void {
    const shelved = { ...this.shelved(policy.id), policy };
    assert(this.#byName.get(policy.name)?.policy.id === policy.id, 'a described policy keeps its name');
    this.#inOrder.remove(policy.createdAt);
    this.#inOrder.add(policy);
    this.#byId.set(policy.id, shelved);
    this.#byName.set(policy.name, shelved);
  }

  addRule(rule: StoredRule): void {
    const shelved = this.shelved(rule.policyId);
    const key = statementKey(rule.formula);
    assert(!shelved.ruleById.has(rule.id), 'a new rule has a new id');
    assert(!shelved.ruleByStatement.has(key), 'a statement is stored once per policy');
    shelved.rules.add(rule);
    shelved.ruleById.set(rule.id, rule);
    shelved.ruleByStatement.set(key, rule.id);
  }

  removeRule(rule: StoredRule): void {
    const shelved = this.shelved(rule.policyId);
    assert(shelved.ruleById.delete(rule.id), 'a deleted rule was there');
    shelved.rules.remove(rule.createdAt);
    shelved.ruleByStatement.delete(statementKey(rule.formula));
  }

  /** In order of creation. */
  list(): readonly Policy[] {
    return this.#inOrder.list();
  }

  byId(id: string): ShelvedPolicy | undefined {
    return this.#byId.get(id as PolicyId);
  }

  byName(name: string): ShelvedPolicy | undefined {
    return this.#byName.get(name);
  }

  /** The policy is known to be there. */
  shelved(id: PolicyId): ShelvedPolicy {
    const shelved = this.#byId.get(id);
    assert(shelved !== undefined, 'a rule or a deletion belongs to a policy that is there');
    return shelved;
  }
}
