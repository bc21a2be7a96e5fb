import { type RawTemplate, readAssembly } from '../../local/cloud/template/assembly.ts';
import { openTemplate } from '../../local/cloud/template/open-template.ts';
import { AT_START, callsOfAws, ON_AWS_ONLY, type Place } from './calls-of-aws.ts';
import { checkPrivileges, type Verdict as PrivilegesVerdict } from './check.ts';
import { checkDoors, type Door } from './doors.ts';
import { readActors } from './grants.ts';
import type { Call } from './record.ts';

export interface SynthesizedTemplate extends Place {
  readonly stackName: string;
  readonly raw: RawTemplate;
}

export interface Verdict extends PrivilegesVerdict {
  readonly doors: readonly Door[];
  readonly figures: readonly (readonly [what: string, figure: number])[];
}

/** The account of every local run. */
const ACCOUNT_ID = '000000000000';

export function readTemplate(assemblyDirectory: string): SynthesizedTemplate {
  const { stackName, region, template } = readAssembly(assemblyDirectory);
  if (region === undefined) throw new Error('the local run of the tests names its region');
  return { stackName, raw: template, region, accountId: ACCOUNT_ID };
}

/** Joins the template with what the tests asked for. */
export function checkTemplate({ raw, stackName, ...place }: SynthesizedTemplate, recorded: readonly Call[]): Verdict {
  const template = openTemplate(raw, { stackName, ...place, addresses: {} });
  const actors = readActors(template, place.accountId);
  const verdict = checkPrivileges(actors, [...recorded, ...callsOfAws(raw, template, place)]);
  const { doors, findings } = checkDoors(raw, template, place);
  return { ...verdict, doors, findings: [...verdict.findings, ...findings], figures: figuresOf(verdict, doors) };
}

function figuresOf({ uses, probes, refused }: PrivilegesVerdict, doors: readonly Door[]): Verdict['figures'] {
  const count = (isNeededBy: (call: Call) => boolean) => uses.filter(({ calls }) => calls.some(isNeededBy)).length;
  const byTests = count(isTest);
  const atStart = count((call) => isTest(call) || call.by === AT_START) - byTests;
  const expected = refused.filter(({ isExpected }) => isExpected).length;
  return [
    ['functions and schedules', new Set(uses.map(({ grant }) => grant.actor)).size],
    ['grants: an action on a resource, with its condition', uses.length],
    ['of them needed by system tests', byTests],
    ['of them needed by event source mappings and schedules', atStart],
    ['of them needed on AWS only, for logs', count(() => true) - byTests - atStart],
    ['of them not needed', uses.length - count(() => true)],
    ['calls tried on what belongs to others', probes],
    ['calls refused as a test expected', expected],
    ['calls refused that no test expected', refused.length - expected],
    ['statements that let AWS services in', doors.length],
  ];
}

const isTest = ({ by }: Call): boolean => by !== AT_START && by !== ON_AWS_ONLY;
