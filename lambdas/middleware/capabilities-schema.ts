import * as z from 'zod/mini';
import { CAPABILITIES } from '../stages/access/capabilities.ts';

export const capabilitiesSchema = z.optional(
  z.array(z.enum(CAPABILITIES, `must be one of ${CAPABILITIES.join(', ')}`), 'must be an array').check(
    z.minLength(1, 'must have at least 1 element'),
    z.refine((names) => new Set(names).size === names.length, 'must not repeat an element'),
  ),
);
