import { createHmac } from 'node:crypto';
import type { Input } from '../constraints.ts';
import type { Emulation, Plan, Stage } from '../emulation.ts';
import { findStage } from '../emulation.ts';

type TokenRequest = Omit<Input<'CreateParticipantToken'>, 'stageArn'>;

const defaultDurationMinutes = 720;

export function createParticipantToken(emulation: Emulation, input: Input<'CreateParticipantToken'>): Plan {
  return {
    needs: [{ action: 'ivs:CreateParticipantToken', resource: input.stageArn }],
    apply: () => ({
      participantToken: issueParticipantToken(emulation, findStage(emulation, input.stageArn), input),
    }),
  };
}

export function issueParticipantToken(emulation: Emulation, stage: Stage, request: TokenRequest) {
  const { duration = defaultDurationMinutes, userId, attributes } = request;
  const capabilities = request.capabilities?.length ? request.capabilities : (['PUBLISH', 'SUBSCRIBE'] as const);
  const participantId = emulation.newId(12);
  const issuedAtSeconds = Math.floor(emulation.clock().getTime() / 1000);
  const expiresAtSeconds = issuedAtSeconds + duration * 60;
  const claims = {
    exp: expiresAtSeconds,
    iat: issuedAtSeconds,
    jti: participantId,
    user_id: userId,
    resource: stage.arn,
    topic: stage.arn.slice(stage.arn.indexOf('/') + 1),
    events_url: stage.endpoints.events,
    whip_url: stage.endpoints.whip,
    capabilities: {
      allow_publish: capabilities.includes('PUBLISH'),
      allow_subscribe: capabilities.includes('SUBSCRIBE'),
    },
    attributes,
    version: '1.0',
  };
  return {
    participantId,
    token: sign(claims, emulation.tokenSecret),
    userId,
    attributes,
    duration,
    capabilities,
    expirationTime: new Date(expiresAtSeconds * 1000).toISOString(),
  };
}

/** A JWT (HS256). AWS's own are opaque too: clients must not read them. */
function sign(claims: object, secret: string): string {
  const unsigned = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${unsigned}.${createHmac('sha256', secret).update(unsigned).digest('base64url')}`;
}

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
