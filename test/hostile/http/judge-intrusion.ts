import type { ParticipantToken } from '../../../contract/stages.ts';
import type { User } from '../../support/local-system.ts';
import type { RawAnswer } from '../../support/raw-request.ts';
import type { Finding } from '../run-case.ts';
import type { Intrusion } from './intrusions.ts';
import type { Siege } from './siege.ts';

/** Of the gateway, of the server in front of it, and of the functions. */
const STATUSES = [200, 201, 202, 204, 400, 401, 403, 404, 408, 409, 413, 417, 429, 431, 501, 503];
/** A 503 of the gateway itself would be a function that did not answer in time. */
const PUT_OFF = /"code":"(STAGE_NOT_READY|UPSTREAM_THROTTLED)"/;
const HEADER = /^[\w-]+: [\x20-\x7e]*$/;
const MAKES_NO_SENSE = ['headers and framing', 'paths', 'forged access tokens'];

/** What decides which answers are due. */
export interface Known extends Pick<Siege, 'participantTokens' | 'hidden' | 'secrets'> {
  readonly ada: Someone;
  readonly grace: Someone;
  readonly guest: Someone;
  readonly intruders: readonly Someone[];
}

type Someone = Pick<User, 'userId'>;

/** What is wrong with the answer to an intruder. */
export function judgeIntrusion(siege: Known, intrusion: Intrusion, answer: RawAnswer): readonly Finding[] {
  const { kind, routeKey } = intrusion;
  const { status, headerLines, body } = answer;
  const findings: Finding[] = [];
  const found = (kindOfFinding: Finding['kind'], text: string) => findings.push({ kind: kindOfFinding, text });
  if (status === 500) found('500', body);
  else if (status === 0 ? !MAKES_NO_SENSE.includes(kind) : !STATUSES.includes(status))
    found('shape', `status ${status}`);
  if (status === 503 && !PUT_OFF.test(body)) found('shape', `put off: ${body}`);
  if (headerLines.some((line) => !HEADER.test(line) || /^x-injected/i.test(line)))
    found('shape', headerLines.join('|'));
  if (kind === 'forged access tokens' && ![0, 400, 401, 431].includes(status)) found('crossing', `let in: ${body}`);
  if (kind === 'ids of others' && routeKey.includes('{ownerId}') && status < 300) {
    if (!mayCall(siege, intrusion)) found('crossing', `answered ${status}: ${body}`);
  }
  if (routeKey.endsWith('/exchange') && status === 200) {
    if (!isDueExchange(siege, intrusion, JSON.parse(body) as ParticipantToken)) found('crossing', `exchanged: ${body}`);
  }
  for (const { text, knownTo } of siege.hidden) {
    if (body.includes(text) && !knownTo.includes(intrusion.caller.userId) && !isAsked(intrusion, text)) {
      found('leak', `${text} in ${body}`);
    }
  }
  for (const secret of siege.secrets) if (body.includes(secret)) found('leak', `a secret in ${body}`);
  return findings;
}

const isAsked = ({ request }: Intrusion, text: string): boolean =>
  `${request.target}${request.body?.toString() ?? ''}`.includes(text);

/** None of the intruders moderates anything but a stage of their own. */
function mayCall({ ada, grace, guest, intruders }: Known, { routeKey, caller, ownerId }: Intrusion): boolean {
  if (caller.userId === ownerId) return true;
  if (/(bans|participants)/.test(routeKey)) return false;
  const isBanned = ownerId === ada.userId && caller.userId === intruders.at(-1)?.userId;
  if (ownerId === grace.userId) return caller.userId === guest.userId;
  // A ban is said where the stage is public; who is banned sees that it is there.
  return !isBanned || routeKey === 'GET /stages/{ownerId}';
}

function isDueExchange(
  { participantTokens, guest }: Known,
  { request, caller, ownerId }: Intrusion,
  given: ParticipantToken,
) {
  const { token, capabilities = [] } = JSON.parse(String(request.body)) as Partial<ParticipantToken>;
  const good = participantTokens.find((loose) => loose.token === token)?.good;
  const most =
    caller.userId === guest.userId ? ['PUBLISH_AUDIO', 'SUBSCRIBE_AUDIO'] : ['SUBSCRIBE_AUDIO', 'SUBSCRIBE_VIDEO'];
  return (
    good?.userId === caller.userId &&
    good.ownerId === ownerId &&
    given.userId === caller.userId &&
    given.role === (caller.userId === guest.userId ? 'guest' : 'viewer') &&
    [...capabilities, ...given.capabilities].every((capability) => most.includes(capability))
  );
}

/** Byte for byte, but for the id that was asked for, the moment and the names of the requests. */
export function differsFromNobody(answer: RawAnswer, aboutNobody: RawAnswer, ownerId: string, nobody: string): boolean {
  const comparable = ({ status, headerLines, body }: RawAnswer) =>
    JSON.stringify([
      status,
      headerLines.filter((line) => !/^(date|apigw-requestid):/i.test(line)),
      body.replace(/"requestId":"[^"]*"/, '').replaceAll(nobody, ownerId),
    ]);
  // Whoever calls IVS too often is told so whatever they ask for.
  if (answer.status === 429 || aboutNobody.status === 429) return false;
  return comparable(answer) !== comparable(aboutNobody);
}
