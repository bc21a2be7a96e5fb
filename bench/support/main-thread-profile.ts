import { type Profiler, Session } from 'node:inspector/promises';

/** Parts of the local run by where their code is; the first that matches counts. */
const PARTS: readonly (readonly [part: string, file: RegExp])[] = [
  ['DynamoDB', /\/local\/cloud\/dynamodb\/|\/node_modules\/(dynalite|abstract-level|memory-level|classic-level)\//],
  ['Cognito', /\/local\/cloud\/cognito\/|\/node_modules\/cognito-local\//],
  ['HTTP API', /\/local\/cloud\/http-api\//],
  ['IVS', /\/local\/ivs\//],
  ['queues and events', /\/local\/cloud\/(sqs|events)\//],
  ['handing over to functions', /\/local\/cloud\/lambda\//],
  ['IAM', /\/local\/cloud\/iam\//],
  ['signing and verifying JWTs', /\/node_modules\/jose\//],
];

const IDLE = 'idle';
const OTHER = "Node's HTTP and event loop, and other code";

/** How the time of this thread's JavaScript was shared out. What Node and libraries do counts for the part that called them. */
export async function profileMainThread(run: () => Promise<unknown>): Promise<ReadonlyMap<string, number>> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: 500 });
    await session.post('Profiler.start');
    await run();
    const { profile } = await session.post('Profiler.stop');
    return sharesOf(profile);
  } finally {
    session.disconnect();
  }
}

function sharesOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): ReadonlyMap<string, number> {
  const parts = partsOf(nodes);
  const micros = new Map<string, number>();
  for (const [i, id] of samples.entries()) {
    const part = parts.get(id) ?? OTHER;
    if (part !== IDLE) micros.set(part, (micros.get(part) ?? 0) + (timeDeltas[i] ?? 0));
  }
  const sum = [...micros.values()].reduce((all, each) => all + each, 0);
  const shares = [...micros].map(([part, each]): [string, number] => [part, each / sum]);
  return new Map(shares.sort(([, a], [, b]) => b - a));
}

/** A node of the profile is a function as called by its parent, which comes before it. */
function partsOf(nodes: readonly Profiler.ProfileNode[]): ReadonlyMap<number, string> {
  const parts = new Map<number, string>();
  for (const { id, callFrame, children = [] } of nodes) {
    const part = outsideOf(callFrame) ?? ownPartOf(callFrame) ?? parts.get(id);
    if (part === undefined) continue;
    for (const each of [id, ...children]) parts.set(each, part);
  }
  return parts;
}

const ownPartOf = ({ url }: Profiler.ProfileNode['callFrame']): string | undefined =>
  PARTS.find(([, file]) => file.test(url))?.[0];

/** What the profile knows beside functions. */
function outsideOf({ functionName }: Profiler.ProfileNode['callFrame']): string | undefined {
  if (functionName === '(idle)' || functionName === '(program)') return IDLE;
  return functionName === '(garbage collector)' ? 'collecting garbage' : undefined;
}
