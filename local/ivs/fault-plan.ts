import { type OperationName, probability, type Structure, seed, type ValueOf } from './constraints.ts';
import { validationFailed } from './errors.ts';
import type { Fault } from './faults.ts';
import { isEmulated } from './operations/operations.ts';
import { seededRandom } from './seeded-random.ts';
import { validate } from './validate.ts';

/** Which calls go wrong, and how. The first rule that strikes a call decides. */
export interface FaultPlan {
  /** Makes the probabilities come out the same again. Default: random. */
  readonly seed?: number;
  readonly rules: readonly FaultRule[];
}

export interface FaultRule {
  /** Default: all operations. */
  readonly operations?: readonly OperationName[];
  readonly kind: Fault['kind'];
  /** How many calls it strikes before it is spent. Default: any number. */
  readonly count?: number;
  /** Of striking a call, from 0 to 1. Default 1. */
  readonly probability?: number;
  /** Of `error` only, 400 to 599. Default 500. */
  readonly status?: number;
  /** Of `error` only. Default `InternalServerException`. */
  readonly name?: string;
  /** Of `delay` only, which needs it: milliseconds, up to an hour. */
  readonly ms?: number;
}

const planShape = {
  type: 'structure',
  closed: true,
  members: {
    seed,
    rules: {
      type: 'list',
      maxItems: 100,
      required: true,
      item: {
        type: 'structure',
        closed: true,
        members: {
          operations: { type: 'list', maxItems: 100, item: { type: 'string' } },
          kind: { type: 'string', oneOf: ['throttle', 'error', 'delay', 'hang', 'lose-answer'], required: true },
          count: { type: 'integer', min: 1, max: Number.MAX_SAFE_INTEGER },
          probability,
          status: { type: 'integer', min: 400, max: 599 },
          name: { type: 'string', pattern: /^[A-Za-z]{1,100}$/ },
          ms: { type: 'integer', min: 0, max: 3_600_000 },
        },
      },
    },
  },
} as const satisfies Structure;

export interface FaultPlanner {
  decide(operation: OperationName): Fault | undefined;
  /** Throws a ValidationException for what is no plan, and keeps the one that it had. */
  set(plan: unknown): void;
  /** What is left of the plan. */
  readonly plan: FaultPlan;
}

export function createFaultPlanner(): FaultPlanner {
  let plan: FaultPlan = { rules: [] };
  let random = seededRandom();
  return {
    get plan() {
      return plan;
    },
    set(input) {
      plan = readPlan(input);
      random = seededRandom(plan.seed);
    },
    decide(operation) {
      const rule = plan.rules.find((each) => applies(each, operation) && random() < (each.probability ?? 1));
      if (!rule) return undefined;
      plan = { ...plan, rules: plan.rules.map((each) => (each === rule ? spend(each) : each)) };
      return faultOf(rule);
    },
  };
}

function applies({ operations, count }: FaultRule, operation: OperationName): boolean {
  return count !== 0 && (operations === undefined || operations.includes(operation));
}

function spend(rule: FaultRule): FaultRule {
  return rule.count === undefined ? rule : { ...rule, count: rule.count - 1 };
}

function faultOf({ kind, status = 500, name = 'InternalServerException', ms = 0 }: FaultRule): Fault {
  if (kind === 'error') return { kind, status, name };
  return kind === 'delay' ? { kind, ms } : { kind };
}

function readPlan(input: unknown): FaultPlan {
  const { rules, ...rest } = validate(planShape, input);
  return { ...rest, rules: rules.map(readRule) };
}

function readRule(rule: ValueOf<typeof planShape>['rules'][number]): FaultRule {
  const { operations, ...rest } = rule;
  const isOfError = rule.status !== undefined || rule.name !== undefined;
  if (isOfError && rule.kind !== 'error') throw validationFailed(`status and name are not of a ${rule.kind}`);
  if ((rule.ms === undefined) === (rule.kind === 'delay')) throw validationFailed('ms is of a delay, which needs it');
  if (operations === undefined) return rest;
  const known = operations.filter(isEmulated);
  const [unknown] = operations.filter((operation) => !isEmulated(operation));
  if (unknown !== undefined) throw validationFailed(`Not an emulated operation: ${unknown}`);
  return { ...rest, operations: known };
}
