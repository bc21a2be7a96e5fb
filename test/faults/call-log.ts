import { isDeepStrictEqual } from 'node:util';
import type { Service } from './aws-refusals.ts';
import type { CallSite } from './fault.ts';
import { operationIn, type WireRequest } from './http-handler.ts';

/** One call of a use case, with all tries that the SDK makes of it. */
export interface Call extends CallSite {
  readonly body: unknown;
  tries: number;
  /** Refused for certain, so that another call does no harm. */
  wasRefused: boolean;
  /** What the last try came to. */
  succeeded: boolean;
}

/** IVS knows no token by which it would notice that it made the same thing before. */
const CREATION = /^IVS Create(Stage|IngestConfiguration)$/;

/** The calls of one invocation, in order. */
export class CallLog {
  /** By the SDK's id of a call, which its tries share. */
  readonly #calls = new Map<string, Call>();

  note(service: Service, request: WireRequest): Call {
    const id = request.headers['amz-sdk-invocation-id'] ?? '';
    const known = this.#calls.get(id);
    if (known) return known;
    const name = `${service} ${operationIn(request)}`;
    const number = [...this.#calls.values()].filter((call) => call.name === name).length + 1;
    const call = { name, number, body: request.body, tries: 0, succeeded: false, wasRefused: false };
    this.#calls.set(id, call);
    return call;
  }

  get sites(): readonly CallSite[] {
    return [...this.#calls.values()].map(({ name, number }) => ({ name, number }));
  }

  /** Calls that came to nothing, and that were not made again with success. */
  get failed(): readonly string[] {
    const calls = [...this.#calls.values()];
    // What IVS refuses for its rate, use cases ask for again, perhaps under another attempt's id.
    const isMadeUpFor = ({ name, body, wasRefused }: Call) =>
      calls
        .filter((other) => other.succeeded && other.name === name)
        .some((other) => (wasRefused && name.startsWith('IVS ')) || isDeepStrictEqual(other.body, body));
    return calls.filter((call) => !call.succeeded && !isMadeUpFor(call)).map(({ name }) => name);
  }

  /** Calls that make something, made again though the first may have been carried out. */
  get repeatedCreations(): readonly string[] {
    const creations = [...this.#calls.values()].filter(({ name }) => CREATION.test(name));
    const isRisky = ({ tries, wasRefused, name }: Call, i: number) =>
      tries > 1 || (!wasRefused && creations.slice(i + 1).some((later) => later.name === name));
    return creations.filter(isRisky).map(({ name }) => name);
  }
}
