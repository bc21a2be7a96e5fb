import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { type ApiCall, type Authorize, createAuthorizer, type Decision } from './iam/authorize.ts';
import { type Assembly, readAssembly } from './template/assembly.ts';
import { checkGrants } from './template/check-grants.ts';
import { openTemplate, type Template } from './template/open-template.ts';
import { readPrincipals } from './template/read-principals.ts';
import type { Addresses } from './template/references.ts';

export interface RunOptions {
  /** A synthesized CDK cloud assembly; `synthesize` makes one. */
  readonly assemblyDirectory: string;
  /** Keeps state over clean stops. Default: everything is in memory. */
  readonly dataDirectory?: string;
  /** Gets what the functions and the services say, a line at a time. */
  readonly log: (line: string) => void;
  /** Sees every permission that is asked for. Default: nothing. */
  readonly onDecision?: (call: ApiCall, decision: Decision) => void;
  /** Milliseconds since 1970, for every service. Default: the machine's clock. */
  readonly now?: () => number;
}

/** What the services of one run share. */
export interface Run {
  readonly assembly: Assembly;
  readonly region: string;
  readonly accountId: string;
  readonly authorize: Authorize;
  readonly now: () => number;
  readonly log: (line: string) => void;
  /** The template as far as the addresses in it are known. */
  template(addresses?: Addresses): Template;
  /** Where a service keeps its state; undefined for in memory. */
  dataPath(name: string): string | undefined;
}

const ACCOUNT_ID = '000000000000';
const DEFAULT_REGION = 'us-east-1';

/** Reads the assembly, and refuses it if the local run does not know something in it or AWS would not let it work. */
export function prepareRun({ assemblyDirectory, dataDirectory, log, onDecision, now = Date.now }: RunOptions): Run {
  const assembly = readAssembly(assemblyDirectory);
  const place = { region: assembly.region ?? DEFAULT_REGION, accountId: ACCOUNT_ID };
  const open = (addresses: Addresses = {}) =>
    openTemplate(assembly.template, { stackName: assembly.stackName, ...place, addresses });
  const template = open();
  const authorize = createAuthorizer(readPrincipals(template, ACCOUNT_ID), onDecision);
  checkGrants({ template, ...place, authorize: createAuthorizer(readPrincipals(template, ACCOUNT_ID)) });
  if (dataDirectory !== undefined) mkdirSync(dataDirectory, { recursive: true });
  return {
    ...place,
    assembly,
    authorize,
    now,
    log,
    template: open,
    dataPath: (name) => (dataDirectory === undefined ? undefined : path.join(dataDirectory, name)),
  };
}

/** An optional property, left out when there is no value for it. */
export function given<Name extends string, T>(name: Name, value: T | undefined): { [key in Name]?: T } {
  return value === undefined ? {} : ({ [name]: value } as { [key in Name]: T });
}
