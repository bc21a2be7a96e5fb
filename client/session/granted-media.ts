import type { Capability } from '../../contract/stages.ts';
import type { MediaKind } from '../transport/transport.ts';

const CAPABILITIES: readonly Capability[] = ['PUBLISH_AUDIO', 'PUBLISH_VIDEO', 'SUBSCRIBE_AUDIO', 'SUBSCRIBE_VIDEO'];
const KINDS: readonly MediaKind[] = ['audio', 'video'];

/** The media that the capabilities allow to publish, or to receive. */
export function kindsAllowed(to: 'PUBLISH' | 'SUBSCRIBE', capabilities: readonly Capability[]): readonly MediaKind[] {
  return KINDS.filter((kind) => capabilities.includes(`${to}_${kind === 'audio' ? 'AUDIO' : 'VIDEO'}`));
}

/** The capabilities in a token's signed attributes. None in a token that Stagedoor did not make. */
export function signedCapabilities(attributes: Readonly<Record<string, string>>): readonly Capability[] {
  const signed = (attributes.capabilities ?? '').split(',');
  return CAPABILITIES.filter((capability) => signed.includes(capability));
}

export function withoutOthers(capabilities: readonly Capability[], allowed: readonly Capability[]): Capability[] {
  return capabilities.filter((capability) => allowed.includes(capability)).sort();
}

export function sameCapabilities(some: readonly Capability[], others: readonly Capability[]): boolean {
  return some.length === others.length && some.every((capability) => others.includes(capability));
}
