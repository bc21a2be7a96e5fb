import type { Capability, Role } from '../../../contract/stages.ts';
import { CapabilityNotAllowedError } from '../errors.ts';

/** All there are, sorted. */
export const CAPABILITIES = [
  'PUBLISH_AUDIO',
  'PUBLISH_VIDEO',
  'SUBSCRIBE_AUDIO',
  'SUBSCRIBE_VIDEO',
] as const satisfies readonly Capability[];

const SUBSCRIBE: readonly Capability[] = ['SUBSCRIBE_AUDIO', 'SUBSCRIBE_VIDEO'];

/** The most that a role can have; a guest has what the owner invited them to. */
export function maximumCapabilities(role: Role, invitedTo: readonly Capability[] = []): readonly Capability[] {
  if (role === 'host') return CAPABILITIES;
  if (role === 'guest') return CAPABILITIES.filter((capability) => invitedTo.includes(capability));
  return SUBSCRIBE;
}

/** What was asked for, sorted, if the role may have it; all that it may have if nothing was asked for. */
export function grantCapabilities(
  role: Role,
  maximum: readonly Capability[],
  requested: readonly Capability[] = maximum,
): readonly Capability[] {
  const refused = requested.filter((capability) => !maximum.includes(capability));
  if (refused.length > 0 || requested.length === 0) throw new CapabilityNotAllowedError(role, refused);
  return maximum.filter((capability) => requested.includes(capability));
}

/** IVS knows two: audio and video are told apart by the signed attribute, which subscribers check. */
export function ivsCapabilities(capabilities: readonly Capability[]): ('PUBLISH' | 'SUBSCRIBE')[] {
  // IVS takes a missing list for "both".
  if (capabilities.length === 0) throw new Error('a token needs at least one capability');
  return (['PUBLISH', 'SUBSCRIBE'] as const).filter((granted) => capabilities.some((name) => name.startsWith(granted)));
}
