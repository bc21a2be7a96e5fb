import { foreignCalls, RESOURCE_TAG } from './foreign.ts';
import { type Actor, type Asked, covers, type Grant, isAllowed } from './grants.ts';
import type { Call } from './record.ts';

/** A grant, and the calls that need it. */
export interface Use {
  readonly grant: Grant;
  readonly calls: readonly Call[];
}

export interface Verdict {
  readonly uses: readonly Use[];
  /** How many calls on what belongs to others were tried. */
  readonly probes: number;
  /** Calls that nothing grants. */
  readonly refused: readonly Call[];
  /** A sentence each: what is wrong, and what to do. */
  readonly findings: readonly string[];
}

/** Both ways: every grant is needed by a call, is no wider than its calls, and every call has its grant. */
export function checkPrivileges(actors: readonly Actor[], calls: readonly Call[]): Verdict {
  const uses = actors.flatMap((actor) => usesOf(actor, calls));
  const probes = actors.flatMap((actor) => probesOf(actor, calls));
  const refused = calls.filter((call) => (!call.allowed || !isGranted(actors, call)) && !isOfWhatIsGone(actors, call));
  const findings = [
    ...uses.filter(({ calls }) => calls.length === 0).map(({ grant }) => unused(grant)),
    ...probes.flatMap(findWideGrants),
    ...refused.filter(({ isExpected }) => !isExpected).map(ungranted),
  ];
  return { uses, probes: probes.length, refused, findings: [...new Set(findings)] };
}

function usesOf({ name, grants }: Actor, calls: readonly Call[]): readonly Use[] {
  const own = calls.filter(({ actor, allowed }) => actor === name && allowed);
  // A pattern of actions is needed by none: each could be named.
  const isNeededBy = (grant: Grant) => (call: Call) => call.action === grant.action && covers(grant, call);
  return grants.map((grant) => ({ grant, calls: own.filter(isNeededBy(grant)) }));
}

const isGranted = (actors: readonly Actor[], call: Call): boolean =>
  actors.some((actor) => actor.name === call.actor && isAllowed(actor, call));

/** IVS says AccessDenied of a stage that is gone where our tag is needed: the product reckons with it, and no grant is missing. */
function isOfWhatIsGone(actors: readonly Actor[], call: Call): boolean {
  if (RESOURCE_TAG in call.context) return false;
  const grants = actors.flatMap((actor) => (actor.name === call.actor ? actor.grants : []));
  return grants.some((grant) => {
    const ours = grant.condition?.StringEquals?.[RESOURCE_TAG];
    return typeof ours === 'string' && covers(grant, { ...call, context: { ...call.context, [RESOURCE_TAG]: ours } });
  });
}

interface Probe {
  readonly actor: Actor;
  readonly asked: Asked;
}

/** Whoever needs a call must not be able to make the same call on what belongs to others. */
function probesOf(actor: Actor, calls: readonly Call[]): readonly Probe[] {
  const own = calls.filter((call) => call.actor === actor.name && isAllowed(actor, call));
  const different = new Map(own.map((call) => [kindOf(call), call]));
  return [...different.values()]
    .flatMap(({ action, resource, context }) => foreignCalls({ action, resource, context }))
    .map((asked) => ({ actor, asked }));
}

/** Calls that differ in ids only are one. */
const kindOf = ({ action, resource, context }: Call): string =>
  [action, resource.replace(/^(arn:aws:ivs:.*\/).*/, '$1'), ...Object.keys(context).sort()].join(' ');

const findWideGrants = ({ actor, asked }: Probe): readonly string[] =>
  isAllowed(actor, asked) ? actor.grants.filter((grant) => covers(grant, asked)).map(wide) : [];

const unused = (grant: Grant): string =>
  `${describe(grant)}, and no system test needs it: take the grant out of lib/, or write the test that needs it.`;

const wide = (grant: Grant): string =>
  `${describe(grant)}, which is wider than its calls: it allows them on what belongs to others too. Name the resource in lib/, or limit it by a condition on the tag.`;

const ungranted = ({ actor, action, resource, by, test }: Call): string =>
  `${actor} asked for ${action} on ${resource}, which nothing grants, in ${[by, test].filter(Boolean).join(' › ')}: grant it in lib/, or, if the refusal is what the test is about, start its local run with mayBeDenied: ['${actor} ${action}'].`;

const describe = ({ actor, action, resource, condition }: Grant): string =>
  `${actor} may ${action} on ${resource}${condition ? ` if ${JSON.stringify(condition)}` : ''}`;
