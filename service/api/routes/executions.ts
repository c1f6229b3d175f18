import { z } from 'zod';
import type { Json } from '../../base/json.ts';
import { executionStates } from '../../policy/execution-json.ts';
import type { EnforcementSettings, Execution } from '../../policy/executions.ts';
import { ExecutionNotFound } from '../../policy/problems.ts';
import { configureEnforcement } from '../../policy/writes/configure-enforcement.ts';
import { type Decision, decideExecution } from '../../policy/writes/decide-execution.ts';
import { type Answer, listAnswer, objectAnswer } from '../answer.ts';
import type { Call, Endpoint, WriteCall, WriteRoute } from '../endpoint.ts';
import { writeOptions } from '../idempotency.ts';
import { parseBody } from '../request-body.ts';
import { checked } from '../requests/checked.ts';
import { enforcementSchema, executionSchema, executionsSchema } from '../schemas/executions-schema.ts';

const limitMessage = '`limit` must be a whole number from 1 to 1000';
const query = z.object({
  state: z.enum(executionStates, `\`state\` must be one of ${executionStates.join(', ')}`).optional(),
  closed: z.enum(['true', 'false'], '`closed` must be `true` or `false`').optional(),
  policy: z.string().optional(),
  service: z.string().optional(),
  action: z.string().optional(),
  limit: z
    .string()
    .regex(/^\d{1,4}$/, limitMessage)
    .transform(Number)
    .pipe(z.number().min(1, limitMessage).max(1_000, limitMessage))
    .default(100),
  /** Id of the last execution of the page before. */
  marker: z.string().optional(),
});

/** What enforcement does and did (docs/ENFORCEMENT.md). */
export const executionEndpoints: readonly Endpoint[] = [
  {
    path: '/v1/system/executions',
    shape: 'collection',
    get: {
      summary: 'List executions, newest first, filtered and in pages',
      access: 'operator',
      query: query.shape,
      answers: { 200: executionsSchema },
      handle: list,
    },
  },
  {
    path: '/v1/system/executions/:execution',
    shape: 'element',
    get: {
      summary: 'Show an execution',
      access: 'operator',
      answers: { 200: executionSchema },
      handle: (call) => objectAnswer(executionJson(found(call))),
    },
    actions: {
      approve: decisionRoute('approve', 'Let an execution that waits for approval be sent'),
      retry: decisionRoute(
        'retry',
        'Have an execution that failed, or of unknown outcome, sent again with its id',
      ),
    },
  },
  {
    path: '/v1/system/enforcement',
    shape: 'element',
    get: {
      summary: 'Show the switches of enforcement',
      access: 'operator',
      answers: { 200: enforcementSchema },
      handle: ({ context }) => objectAnswer(settingsJson(context.replica.catalog.executions.settings())),
    },
    put: {
      summary: 'Set the switches of enforcement, on all replicas',
      access: 'operator',
      body: enforcementSchema,
      answers: { 200: enforcementSchema },
      handle: configure,
    },
  },
];

function list({ context, query: given }: Call): Answer {
  const asked: z.infer<typeof query> = checked(query, Object.fromEntries(given));
  const { executions } = context.replica.catalog;
  const marker = asked.marker === undefined ? undefined : executions.byId(asked.marker);
  if (asked.marker !== undefined && marker === undefined) throw new ExecutionNotFound(asked.marker);
  const page: Json[] = [];
  const all = executions.list();
  for (let at = marker === undefined ? all.length - 1 : all.indexOf(marker) - 1; at >= 0; at -= 1) {
    const execution = all[at];
    if (execution === undefined || !fits(execution, asked)) continue;
    page.push(executionJson(execution));
    if (page.length === asked.limit) break;
  }
  return listAnswer(page);
}

function fits(execution: Execution, asked: z.infer<typeof query>): boolean {
  return (
    (asked.state === undefined || execution.state === asked.state) &&
    (asked.closed === undefined || String(execution.closed) === asked.closed) &&
    (asked.policy === undefined || execution.policy === asked.policy) &&
    (asked.service === undefined || execution.service === asked.service) &&
    (asked.action === undefined || execution.action === asked.action)
  );
}

function found({ context, params }: Call): Execution {
  const id = params.execution ?? '';
  const execution = context.replica.catalog.executions.byId(id);
  if (execution === undefined) throw new ExecutionNotFound(id);
  return execution;
}

function decisionRoute(decision: Decision, summary: string): WriteRoute {
  return {
    summary,
    access: 'operator',
    body: z.unknown(),
    answers: { 200: executionSchema },
    handle: async (call) => {
      const { replica, clock } = call.context;
      const write = decideExecution(call.params.execution ?? '', decision, Math.round(clock.nowMs()));
      await replica.write(write, writeOptions(call, ''));
      return objectAnswer(executionJson(found(call)));
    },
  };
}

async function configure(call: WriteCall): Promise<Answer> {
  const { replica, settings } = call.context;
  const text = await call.text(settings.requestBodyBytesMax);
  const asked: z.infer<typeof enforcementSchema> = checked(enforcementSchema, parseBody(text));
  const policies = Object.fromEntries(
    Object.entries(asked.policies).map(([name, { mode, delivery, approval }]) => [
      name,
      {
        ...(mode === undefined ? {} : { mode }),
        ...(delivery === undefined ? {} : { delivery }),
        ...(approval === undefined ? {} : { approval }),
      },
    ]),
  );
  const wanted: EnforcementSettings = { mode: asked.mode, perMinuteMax: asked.per_minute_max, policies };
  await replica.write(configureEnforcement(wanted), writeOptions(call, text));
  return objectAnswer(settingsJson(replica.catalog.executions.settings()));
}

function settingsJson({ mode, perMinuteMax, policies }: EnforcementSettings): Json {
  return { mode, per_minute_max: perMinuteMax, policies: policies as unknown as Json };
}

function executionJson(execution: Execution): Json {
  const { id, policy, service, action, positional, named, delivery, state, closed, attempts, detail } =
    execution;
  return {
    id,
    policy,
    service,
    action,
    args: { positional: positional.map(shown), named },
    delivery,
    state,
    closed,
    attempts,
    detail,
    opened_at_ms: execution.openedAtMs,
    changed_at_ms: execution.changedAtMs,
  };
}

/** Integers beyond what JSON numbers hold exactly are shown as texts. */
function shown(value: Execution['positional'][number]): Json {
  if (typeof value !== 'bigint') return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
}
