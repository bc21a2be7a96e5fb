import { BODY_FIELDS } from './border.ts';
import { readBody } from './hostile-case.ts';
import type { Encounter, Finding } from './run-case.ts';

const PROBLEM_MEMBERS = ['type', 'title', 'status', 'detail', 'code', 'requestId'];

/** Routes that need the caller's stage, or that IVS has to make or delete it. */
const MAY_BE_PUT_OFF = [
  'PUT /me/stage',
  'PATCH /me/stage',
  'DELETE /me',
  'POST /me/stage/ingests',
  'POST /stages/{ownerId}/tokens',
  'POST /stages/{ownerId}/tokens/exchange',
];

/** A field, a rule and a value; `field` or `parameter` where it should not be there at all. */
const NAMES_FIELD_RULE_AND_VALUE = /^\S+ must (be|have|not repeat)\b.+, got ./s;
const NAMES_WHAT_IS_TOO_MUCH = /^\S+ must not have the (field|parameter) "/;

const LONGEST_PROBLEM = 1_500;

/** Answers that are no answer of the contract, whoever asked. */
export function findFaults({ given, who, answer }: Encounter): readonly Finding[] {
  const { status, body } = answer;
  const findings: Finding[] = [];
  const shape = (text: string) => findings.push({ kind: 'shape', text });
  if (status === 500) findings.push({ kind: '500', text: body });
  else if (![200, 201, 202, 204, 400, 401, 403, 404, 409, 503].includes(status)) shape(`status ${status}`);
  if (status === 503 && !MAY_BE_PUT_OFF.includes(given.routeKey)) shape(`put off: ${body}`);
  if (!who && status !== 401) shape(`claims that name nobody were answered ${status}`);
  if (who && status === 401) shape('claims that name somebody were answered 401');
  if (answer.headers['cache-control'] !== 'no-store') shape('the answer may be cached');
  if (/[\r\n]/.test(Object.values(answer.headers).join(''))) shape('a header has a line break');
  if (status < 300 && unknownFields(given).length > 0) shape(`taken in: ${unknownFields(given)}`);
  return status < 400 ? findings : [...findings, ...faultsOfProblem(given, answer)];
}

function unknownFields(given: Encounter['given']): readonly string[] {
  const known = BODY_FIELDS[given.routeKey];
  const body = readBody(given);
  if (!known || typeof body !== 'object' || body === null) return [];
  return Object.keys(body).filter((name) => !known.includes(name));
}

function faultsOfProblem({ pathParameters }: Encounter['given'], { status, headers, body }: Encounter['answer']) {
  const findings: Finding[] = [];
  const shape = (text: string) => findings.push({ kind: 'shape', text: `${text}: ${body}` });
  const problem = JSON.parse(body) as Readonly<Record<string, unknown>>;
  const { code, detail } = problem;
  if (Object.keys(problem).join() !== PROBLEM_MEMBERS.join()) shape('not the members of a problem');
  if (problem.status !== status) shape(`the problem of another status than ${status}`);
  if (headers['content-type'] !== 'application/problem+json') shape('not said to be a problem');
  if (problem.type !== `urn:stagedoor:problem:${String(code).toLowerCase().replaceAll('_', '-')}`)
    shape('another type');
  if (code === 'INVALID_REQUEST' && !isPrecise(String(detail))) shape('names not field, rule and value');
  const longestId = Math.max(...Object.values(pathParameters).map(({ length }) => length));
  if (body.length > LONGEST_PROBLEM + longestId) shape('far longer than what provoked it');
  return findings;
}

const isPrecise = (detail: string): boolean =>
  NAMES_FIELD_RULE_AND_VALUE.test(detail) || NAMES_WHAT_IS_TOO_MUCH.test(detail);
