import { z } from 'zod';
import { component } from './component.ts';

/** The answer of a simulation (reference 1.9). */
export const simulatedSchema = component(
  'Simulated',
  z.strictObject({
    result: z.array(z.string()).describe('instances of the query; with `delta` their tables end in + or -'),
    trace: z.string().optional(),
  }),
);
