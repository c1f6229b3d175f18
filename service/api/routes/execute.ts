import { z } from 'zod';
import type { JsonObject } from '../../base/json.ts';
import type { Tuple } from '../../datalog/value.ts';
import { pythonText } from '../../datasources/python-text.ts';
import { rowValue } from '../../datasources/row-value.ts';
import { requestExecution } from '../../policy/writes/request-execution.ts';
import { type Answer, objectAnswer } from '../answer.ts';
import { decodePath } from '../canonical-path.ts';
import { congressErrors } from '../congress-errors.ts';
import type { WriteCall, WriteRoute } from '../endpoint.ts';
import { methodMissing, plainCongressError } from '../errors.ts';
import { writeOptions } from '../idempotency.ts';
import { BadRequest, WireError } from '../problems.ts';
import { parseRowsBody } from '../request-body.ts';
import { executeSchema } from '../schemas/executions-schema.ts';

const facts = {
  access: 'operator',
  body: executeSchema,
  answers: { 200: z.strictObject({}) },
} as const;

/** The policy in the path does not matter (reference 1.10); the name is `<service>:<action>`. */
export const executeOnPolicy: WriteRoute = {
  ...facts,
  summary: 'Have a data source do something: <service>:<action>',
  handle: async (call) => {
    const { text, body } = await read(call);
    if (body.name === undefined) return methodMissing();
    const args = argumentsOf(body);
    const parts = actionName(body.name).split(':');
    const [service = '', action = ''] = parts;
    if (parts.length !== 2) throw plainCongressError(congressErrors.actionSyntax);
    return execute(call, { text, service, action, ...args });
  },
};

/** The data source is meant by its name only, not by its id (reference 1.10). */
export const executeOnDataSource: WriteRoute = {
  ...facts,
  summary: 'Have this data source do something',
  handle: async (call) => {
    const { text, body } = await read(call);
    const args = argumentsOf(body);
    const service = decodePath(call.params.source ?? '');
    return execute(call, {
      text,
      service,
      action: body.name === undefined ? '' : actionName(body.name),
      ...args,
    });
  },
};

/** A name that is no text is shown as Python does; an object may have a `toString` that is no function. */
function actionName(name: unknown): string {
  return typeof name === 'string' ? name : pythonText(name);
}

interface Asked {
  readonly text: string;
  readonly service: string;
  readonly action: string;
  readonly positional: Tuple;
  readonly named: JsonObject;
}

/** 200 means that it is in the ledger: whoever enforces sends it. Whether it went well is asked of the ledger. */
async function execute(call: WriteCall, asked: Asked): Promise<Answer> {
  const { replica, drivers, clock, random, enforcementMode } = call.context;
  const { text, service, action, positional, named } = asked;
  await replica.awaitConsistency({ kind: 'linearizable', explicit: true }, call.signal);
  const source = replica.catalog.dataSourceByName(service);
  if (source === undefined) throw failed(`Service ${call.params.source ?? service} not found`);
  if (action === '') throw failed('Action not found');
  const driver = drivers.get(source.driver);
  if (driver?.open === undefined) throw failed(`Service ${service} has no actions`);
  const known = driver.actions?.(source.config ?? {}).find(({ name }) => name === action);
  const delivery = known?.retry.delivery ?? 'at-least-once';
  const id = random.uuid();
  const wanted = {
    id,
    service,
    action,
    positional,
    named,
    delivery,
    nowMs: Math.round(clock.nowMs()),
    modeMax: enforcementMode,
  };
  const { result } = await replica.write(requestExecution(wanted), writeOptions(call, text));
  return { ...objectAnswer({}), headers: { 'Congress-Execution': result.id } };
}

function failed(detail: string): WireError {
  const { status, number, description } = congressErrors.executionFailed;
  return new WireError(`${description}::${detail}`, { status, errorCode: number });
}

async function read(
  call: WriteCall,
): Promise<{ readonly text: string; readonly body: Readonly<Record<string, unknown>> }> {
  const text = await call.text(call.context.settings.requestBodyBytesMax);
  const body = parseRowsBody(text);
  if (!isObject(body)) throw new BadRequest('the body must be a JSON object');
  return { text, body };
}

/** Positional values become those of the language, named ones stay JSON. Throws WireError 1018. */
function argumentsOf({ args }: Readonly<Record<string, unknown>>): {
  readonly positional: Tuple;
  readonly named: JsonObject;
} {
  if (args === undefined || args === null) return { positional: [], named: {} };
  if (!isObject(args)) throw plainCongressError(congressErrors.argumentSyntax);
  const { positional = [], named = {} } = args;
  if (!Array.isArray(positional) || !isObject(named)) throw plainCongressError(congressErrors.argumentSyntax);
  return { positional: positional.map(rowValue), named: plainJson(named) };
}

/** Integers beyond what JSON numbers hold exactly become texts. */
function plainJson(named: Readonly<Record<string, unknown>>): JsonObject {
  const text = JSON.stringify(named, (_, value: unknown) => {
    if (typeof value !== 'bigint') return value;
    return Number.isSafeInteger(Number(value)) ? Number(value) : pythonText(value);
  });
  return JSON.parse(text) as JsonObject;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
