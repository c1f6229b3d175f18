import { Problem } from '../../base/problem.ts';
import { printStatement } from '../../datalog/printer.ts';
import { parseProgram } from '../../datalog/program-text.ts';
import type { Formula, Statement } from '../../datalog/tree.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Overlay } from '../../engine/overlay/overlay.ts';
import type { Catalog } from '../catalog.ts';
import { traceOfSimulation } from '../trace/traced-simulation.ts';
import { ActionPolicy } from './action-policy.ts';
import { SimulationRefused } from './problems.ts';
import { Projection } from './projection.ts';
import { resolveColumns } from './resolve-columns.ts';
import { SimulatedPolicies } from './simulated-policies.ts';
import { marked, type SequenceStatement, sequenceStatement } from './statement-shape.ts';

/** What a replica holds; both as of the same sequence. Neither is written. */
export interface Simulated {
  readonly catalog: Catalog;
  readonly engine: Pick<Engine, 'withOverlay'>;
}

export interface SimulationRequest {
  /** Name or id of the queried policy, or the name by which rules know a data source. */
  readonly policy: string;
  /** Name or id of the policy that describes actions. */
  readonly actionPolicy: string;
  /** One atom or one rule. */
  readonly query: string;
  /** Updates and actions, in order. */
  readonly sequence: string;
  /** Answer what the sequence changes, not what holds after it. */
  readonly delta: boolean;
  readonly trace: boolean;
  /** Identifiers for what actions create without naming it. */
  readonly newUuid: () => string;
}

export interface Simulation {
  /** Instances of the query, printed and sorted; with `delta` their tables end in `+` or `-`. */
  readonly answers: readonly string[];
  /** How Congress comes to it, as text (reference 1.8); null when it was not asked for. */
  readonly trace: string | null;
}

/**
 * What a query would answer after a sequence of updates and actions (Congress reference 3.6), on an overlay: nothing
 * that the replica holds is changed, whatever happens. Throws SimulationRefused, with the cause where another module
 * refused something.
 */
export function simulate(held: Simulated, request: SimulationRequest): Simulation {
  try {
    return simulated(held, request);
  } catch (error) {
    if (!(error instanceof Problem) || error instanceof SimulationRefused) throw error;
    throw new SimulationRefused(error.message, { cause: error });
  }
}

function simulated({ catalog, engine }: Simulated, request: SimulationRequest): Simulation {
  const home = knownPolicy(catalog, request.policy);
  const actions = knownPolicy(catalog, request.actionPolicy);
  const query = resolveColumns(queryIn(request.query), home, catalog);
  const sequence = sequenceIn(request.sequence);
  const { answers, simulation } = engine.withOverlay(`simulation on ${home}`, (overlay) => {
    const policies = new SimulatedPolicies(catalog, overlay);
    const actionPolicy = new ActionPolicy({ catalog, overlay, name: actions, queried: home });
    const projection = new Projection({ policies, actionPolicy, home, newUuid: request.newUuid });
    const steps = projection.run(sequence);
    return {
      answers: answersOf(overlay, { home, query, delta: request.delta }).map(printStatement).sort(),
      simulation: {
        ...{ home, query, sequence, steps, actionPolicy: actions, delta: request.delta },
        actions: [...actionPolicy.actions],
        asked: actionPolicy.askedTables,
      },
    };
  });
  if (!request.trace) return { answers, trace: null };
  const trace = engine.withOverlay(`trace of a simulation on ${home}`, (overlay) =>
    traceOfSimulation({ catalog, overlay }, simulation),
  );
  return { answers, trace };
}

function answersOf(
  overlay: Overlay,
  asked: { readonly home: string; readonly query: Formula; readonly delta: boolean },
): readonly Formula[] {
  const { home, query, delta } = asked;
  if (!delta) return overlay.query(home, query);
  const { inserted, deleted } = overlay.delta(home, query);
  return [...inserted.map((answer) => marked(answer, '+')), ...deleted.map((answer) => marked(answer, '-'))];
}

/** The name under which rules know a policy or data source. Throws SimulationRefused. */
function knownPolicy(catalog: Catalog, idOrName: string): string {
  const name = catalog.policyByIdOrName(idOrName)?.name ?? catalog.dataSourceInRules(idOrName)?.name;
  if (name === undefined) throw new SimulationRefused(`Unknown policy ${idOrName}`);
  return name;
}

/** Throws SyntaxProblem, SimulationRefused. */
function queryIn(text: string): Formula {
  const statements = parseProgram(text);
  const [query] = statements;
  if (query === undefined) throw new SimulationRefused('Query is empty');
  if (statements.length > 1) {
    throw new SimulationRefused(
      `Query ${statements.map(printStatement).join(' ')} contained more than 1 rule`,
    );
  }
  const hasOneHead = query.kind === 'fact' || (query.kind === 'rule' && query.heads.length === 1);
  if (hasOneHead && sequenceStatement(query) !== undefined) return query;
  throw new SimulationRefused(`Query must be an atom or a rule with one head: ${printStatement(query)}`);
}

/** Throws SyntaxProblem, SimulationRefused. */
function sequenceIn(text: string): readonly SequenceStatement[] {
  return parseProgram(text).map((statement: Statement) => {
    const accepted = sequenceStatement(statement);
    if (accepted !== undefined) return accepted;
    throw new SimulationRefused(`Sequence must be made of atoms and rules: ${printStatement(statement)}`);
  });
}
