import middy from '@middy/core';
import type { Caller } from '../stages/access/caller-role.ts';
import type { Log } from '../stages/ports.ts';
import { callerOf } from './caller.ts';
import type { HttpEvent, HttpResponse } from './http-event.ts';
import { problemDetails } from './problem-details.ts';

/** Answers one route for a caller whose token API Gateway has verified. */
export type Endpoint = (event: HttpEvent, caller: Caller) => Promise<HttpResponse>;

/** A Lambda function that answers the routes it is given, each under its `routeKey`. */
export const httpFunction = <K extends string>(endpoints: Readonly<Record<K, Endpoint>>, log: Log) =>
  middy<HttpEvent, HttpResponse>()
    .use(problemDetails(log))
    .handler(async (event) => {
      const endpoint = (endpoints as Readonly<Record<string, Endpoint>>)[event.routeKey];
      if (!endpoint) throw new Error(`no endpoint for route ${event.routeKey}`);
      return endpoint(event, callerOf(event));
    });

/** Answers may hold tokens and are about one caller: nobody may cache them. */
export const json = (
  statusCode: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse => ({
  statusCode,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
  body: JSON.stringify(body),
});

export const noContent = (): HttpResponse => ({ statusCode: 204, headers: { 'cache-control': 'no-store' } });
