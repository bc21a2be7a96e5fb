import type { Capability, ParticipantToken, UserId } from '../../contract/stages.ts';
import type { StagedoorApi } from '../api/stagedoor-api.ts';
import { codeOf } from './decide-after-failure.ts';
import { withoutOthers } from './granted-media.ts';
import type { WantedCapabilities } from './wanted-capabilities.ts';

export interface IssueTokenOptions {
  readonly api: StagedoorApi;
  readonly ownerId: UserId;
  readonly wanted: WantedCapabilities;
  /** Undefined: all that the role allows. */
  readonly requested: readonly Capability[] | undefined;
}

/**
 * Asks for a token with what is requested, and with what is left of it where the role allows less or the stage has no room for
 * another publisher.
 *
 * @throws ApiError; STAGE_FULL where nothing but publishing was requested
 */
export async function issueToken(
  { api, ownerId, wanted, requested }: IssueTokenOptions,
  signal: AbortSignal,
): Promise<ParticipantToken> {
  let capabilities = requested;
  const refused = new Set<unknown>();
  for (;;) {
    try {
      const token = await api.issueToken(ownerId, { capabilities }, { signal });
      wanted.lacksRoom = refused.has('STAGE_FULL');
      return token;
    } catch (error) {
      const code = codeOf(error);
      if (refused.has(code) || (code !== 'STAGE_FULL' && code !== 'CAPABILITY_NOT_ALLOWED')) throw error;
      refused.add(code);
      if (code === 'STAGE_FULL') wanted.waitForRoom();
      const { capabilities: allowed } = await api.getStage(ownerId, { signal });
      capabilities = withoutOthers(capabilities ?? allowed, allowed);
      if (refused.has('STAGE_FULL')) capabilities = capabilities.filter(isToSubscribe);
      if (capabilities.length === 0) throw error;
    }
  }
}

const isToSubscribe = (capability: Capability) => capability.startsWith('SUBSCRIBE_');
