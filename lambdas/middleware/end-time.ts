import * as z from 'zod/mini';

const UTC_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/;

/** A moment in UTC; whether it lies ahead is for the use case to decide. */
export const endTime: z.ZodMiniType<string> = z
  .string('must be an ISO 8601 time in UTC')
  .check(z.refine((text) => UTC_TIME.test(text) && !Number.isNaN(Date.parse(text)), 'must be an ISO 8601 time in UTC'));
