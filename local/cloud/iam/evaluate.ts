/** A policy as it stands in a resolved template: no intrinsic functions left. */
export interface PolicyDocument {
  readonly Version?: string;
  readonly Statement: Statement | readonly Statement[];
}

export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: OneOrMany;
  readonly Resource: OneOrMany;
  /** Operator → condition key → expected value(s). */
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMany | boolean | number>>>>;
}

export interface AccessRequest {
  /** For example `dynamodb:GetItem`. */
  readonly action: string;
  /** The ARN, or `*` for an action that knows no resource. */
  readonly resource: string;
  /** Condition keys, for example `aws:ResourceTag/app`. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

export type Effect = 'Allowed' | 'ExplicitlyDenied' | 'ImplicitlyDenied';

type OneOrMany = string | readonly string[];

/**
 * Evaluates identity policies as IAM does: an explicit Deny beats an Allow, and nothing said is a denial.
 * Whatever it does not know (an operator, an element, a policy variable) throws, so that it fails closed.
 */
export function evaluate(policies: readonly PolicyDocument[], request: AccessRequest): Effect {
  const statements = policies.flatMap((policy) => listOf(policy.Statement));
  for (const statement of statements) assertKnown(statement);
  const effects = new Set(statements.filter((statement) => applies(statement, request)).map(({ Effect }) => Effect));
  if (effects.has('Deny')) return 'ExplicitlyDenied';
  return effects.has('Allow') ? 'Allowed' : 'ImplicitlyDenied';
}

const ELEMENTS = new Set(['Sid', 'Effect', 'Action', 'Resource', 'Condition']);

/** Checks every statement, also those that do not apply: a policy is understood as a whole or not at all. */
function assertKnown(statement: Statement): void {
  const unknown = Object.keys(statement).find((element) => !ELEMENTS.has(element));
  if (unknown !== undefined) throw new Error(`IAM policy element ${unknown} is not emulated`);
  if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny') throw new Error(`IAM Effect ${statement.Effect}`);
  for (const [operator, keys] of Object.entries(statement.Condition ?? {})) {
    parseOperator(operator);
    for (const value of Object.values(keys).flatMap(expectedValues)) assertNoVariable(value);
  }
  for (const resource of listOf(statement.Resource)) assertResource(resource);
}

function assertResource(pattern: string): void {
  assertNoVariable(pattern);
  if (pattern !== '*' && pattern.split(':').length < 6)
    throw new Error(`IAM Resource ${pattern} is neither an ARN nor *`);
}

function assertNoVariable(value: string): void {
  if (/\$\{[^}]*\}/.test(value)) throw new Error(`IAM policy variables are not emulated: ${value}`);
}

function applies(statement: Statement, { action, resource, context = {} }: AccessRequest): boolean {
  return (
    listOf(statement.Action).some((pattern) => matchesGlob(pattern.toLowerCase(), action.toLowerCase())) &&
    listOf(statement.Resource).some((pattern) => matchesArn(pattern, resource)) &&
    Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys).every(([key, expected]) =>
        holds(operator, valuesOf(context, key), expectedValues(expected)),
      ),
    )
  );
}

function holds(operatorName: string, actual: readonly string[], expected: readonly string[]): boolean {
  const { compare, negated, quantifier, ifExists } = parseOperator(operatorName);
  if (compare === 'null') return expected.some((value) => (value.toLowerCase() === 'true') === (actual.length === 0));
  const matches = (value: string) => expected.some((candidate) => compare(value, candidate)) !== negated;
  if (quantifier === 'all') return actual.every(matches);
  if (quantifier === 'any') return actual.some(matches);
  if (actual.length === 0) return ifExists || negated;
  // A single-valued operator on a key with several values never holds.
  return actual.length === 1 && actual.every(matches);
}

type Compare = (actual: string, expected: string) => boolean;

const COMPARISONS = new Map<string, Compare>([
  ['stringequals', (actual, expected) => actual === expected],
  ['stringequalsignorecase', (actual, expected) => actual.toLowerCase() === expected.toLowerCase()],
  ['stringlike', (actual, expected) => matchesGlob(expected, actual)],
  ['arnequals', (actual, expected) => matchesArn(expected, actual)],
  ['arnlike', (actual, expected) => matchesArn(expected, actual)],
  ['bool', (actual, expected) => actual.toLowerCase() === expected.toLowerCase()],
  ['numericequals', (actual, expected) => Number(actual) === Number(expected)],
  ['numericlessthan', (actual, expected) => Number(actual) < Number(expected)],
  ['numericlessthanequals', (actual, expected) => Number(actual) <= Number(expected)],
  ['numericgreaterthan', (actual, expected) => Number(actual) > Number(expected)],
  ['numericgreaterthanequals', (actual, expected) => Number(actual) >= Number(expected)],
]);

interface Operator {
  readonly compare: Compare | 'null';
  readonly negated: boolean;
  readonly quantifier: 'all' | 'any' | undefined;
  readonly ifExists: boolean;
}

function parseOperator(name: string): Operator {
  const [, set, base = '', ifExists] =
    /^(?:(forallvalues|foranyvalue):)?(.*?)(ifexists)?$/.exec(name.toLowerCase()) ?? [];
  const quantifier = set === undefined ? undefined : set === 'forallvalues' ? 'all' : 'any';
  if (base === 'null' && set === undefined && ifExists === undefined) {
    return { compare: 'null', negated: false, quantifier, ifExists: false };
  }
  const negated = /^(string|arn|numeric)not/.test(base);
  const compare = COMPARISONS.get(negated ? base.replace('not', '') : base);
  if (compare === undefined) throw new Error(`IAM condition operator ${name} is not emulated`);
  return { compare, negated, quantifier, ifExists: ifExists !== undefined };
}

/** Condition keys are compared without regard to case. */
function valuesOf(context: Readonly<Record<string, OneOrMany>>, key: string): readonly string[] {
  const entry = Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase());
  return entry === undefined ? [] : listOf(entry[1]);
}

/** A wildcard never crosses the first five colons of an ARN; after them it matches anything. */
function matchesArn(pattern: string, arn: string): boolean {
  if (pattern === '*') return true;
  const [patternParts, arnParts] = [splitArn(pattern), splitArn(arn)];
  return patternParts.length === 6 && patternParts.every((part, index) => matchesGlob(part, arnParts[index] ?? ''));
}

function splitArn(arn: string): string[] {
  const parts = arn.split(':');
  return parts.length < 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}

function matchesGlob(pattern: string, value: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^]*')
    .replaceAll('?', '[^]');
  return new RegExp(`^${source}$`).test(value);
}

function expectedValues(expected: OneOrMany | boolean | number): string[] {
  return listOf<string | boolean | number>(expected).map(String);
}

function listOf<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}
