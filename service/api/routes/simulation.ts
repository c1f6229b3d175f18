import { z } from 'zod';
import { simulate } from '../../policy/simulation/simulate.ts';
import { type Answer, objectAnswer } from '../answer.ts';
import type { WriteCall, WriteRoute } from '../endpoint.ts';
import { parseBody } from '../request-body.ts';
import { newSimulationFrom, simulationSchema } from '../requests/new-simulation.ts';
import { simulatedSchema } from '../schemas/simulation-schema.ts';

/** POST /v1/policies/<policy>?action=simulate (reference 1.9). It changes nothing, so it is read like a GET. */
export const simulateRoute: WriteRoute = {
  summary: 'Answer a query as if a sequence of updates and actions had been carried out',
  access: 'editor',
  heavy: true,
  changesNothing: true,
  query: {
    delta: z.string().describe('`true` answers what the sequence changes'),
    trace: z.string().describe('`true` adds how the answer came about'),
  },
  body: simulationSchema,
  answers: { 200: simulatedSchema },
  handle: answerSimulation,
};

async function answerSimulation(call: WriteCall): Promise<Answer> {
  const { replica, random, settings } = call.context;
  const wanted = newSimulationFrom(parseBody(await call.text(settings.requestBodyBytesMax)));
  await call.awaitConsistency();
  const request = {
    ...wanted,
    policy: call.params.policy ?? '',
    delta: isTrue(call.query.get('delta')),
    trace: isTrue(call.query.get('trace')),
    newUuid: () => random.uuid(),
  };
  const { answers, trace } = await call.evaluated(() =>
    simulate({ catalog: replica.catalog, engine: replica.engine }, request),
  );
  return objectAnswer({ result: [...answers], ...(trace === null ? {} : { trace }) });
}

/** Reference 1.9: `true` in any case, or `1`. */
function isTrue(text: string | null): boolean {
  return text !== null && (text.toLowerCase() === 'true' || text === '1');
}
