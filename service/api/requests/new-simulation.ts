import { z } from 'zod';
import { congressErrors } from '../congress-errors.ts';
import { plainCongressError } from '../errors.ts';
import { component } from '../schemas/component.ts';
import { checked, notAnObject } from './checked.ts';

/** For the document, and for the parser below. Congress counts null as absent. */
export const simulationSchema = component(
  'Simulation',
  z.looseObject(
    {
      query: z.string('`query` must be a text').nullish().describe('one atom or one rule'),
      sequence: z
        .string('`sequence` must be a text')
        .nullish()
        .describe('updates `table+(..)`, `table-(..)` and actions, one after the other; may be empty'),
      action_policy: z
        .string('`action_policy` must be a text')
        .nullish()
        .describe('name or id of the policy that describes the actions'),
    },
    notAnObject,
  ),
);

export interface NewSimulation {
  readonly query: string;
  readonly sequence: string;
  readonly actionPolicy: string;
}

/** The body of POST ...?action=simulate (reference 1.9). Throws BadRequest and WireError (1004). */
export function newSimulationFrom(body: unknown): NewSimulation {
  const { query, sequence, action_policy: actionPolicy } = checked(simulationSchema, body);
  if (typeof query === 'string' && typeof sequence === 'string' && typeof actionPolicy === 'string') {
    return { query, sequence, actionPolicy };
  }
  throw plainCongressError(congressErrors.incompleteSimulateArguments);
}
