import type { Capability, ParticipantToken, UserId } from '../../contract/stages.ts';
import type { StagedoorApi } from '../api/stagedoor-api.ts';
import { codeOf } from './decide-after-failure.ts';
import { withoutOthers } from './granted-media.ts';
import type { WantedCapabilities } from './wanted-capabilities.ts';

/**
 * Asks for a token with what is wanted, and with what is left of it where the role allows less or the stage has no room for
 * another publisher.
 *
 * @throws ApiError; STAGE_FULL where nothing but publishing was wanted
 */
export async function issueToken(
  api: StagedoorApi,
  ownerId: UserId,
  wanted: WantedCapabilities,
  signal: AbortSignal,
): Promise<ParticipantToken> {
  let capabilities = wanted.requested;
  const refused = new Set<unknown>();
  for (;;) {
    try {
      return await api.issueToken(ownerId, { capabilities }, { signal });
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
