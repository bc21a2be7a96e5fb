import { type Emulation, type Need, tagsOf } from './emulation.ts';
import { accessDenied } from './errors.ts';

/** One permission that a call needs. A call may need several: CreateStage with tags needs `ivs:TagResource` as well. */
export interface AuthorizationRequest {
  /** From the request's SigV4 header, whose signature nobody verifies. Undefined for an unsigned request. */
  readonly accessKeyId: string | undefined;
  /** For example `ivs:CreateStage`. */
  readonly action: string;
  /**
   * An ARN. For CreateStage and its likes that of the resource to be, for ListStages one that ends in `stage/*`;
   * `*` for ListPublicKeys and ListIngestConfigurations.
   */
  readonly resource: string;
  /** `aws:RequestTag/<key>`, `aws:ResourceTag/<key>` (of an existing resource only) and `aws:TagKeys`. */
  readonly context: Record<string, string | string[]>;
}

/** The message is what the AccessDeniedException says. */
export type Authorize = (request: AuthorizationRequest) => { readonly allowed: boolean; readonly message: string };

/** A missing resource has no tags: a caller who may act on tagged ones only is denied, and never learns it is missing. */
export function authorizeNeeds(
  authorize: Authorize,
  emulation: Emulation,
  accessKeyId: string | undefined,
  needs: readonly Need[],
): void {
  for (const need of needs) {
    const { action, resource } = need;
    const { allowed, message } = authorize({ accessKeyId, action, resource, context: contextOf(need, emulation) });
    if (!allowed) throw accessDenied(message);
  }
}

function contextOf(need: Need, emulation: Emulation): Record<string, string | string[]> {
  const { requestTags = {}, tagKeys = Object.keys(requestTags) } = need;
  return {
    ...prefixKeys('aws:RequestTag/', requestTags),
    ...prefixKeys('aws:ResourceTag/', tagsOf(emulation, need.resource) ?? {}),
    ...(tagKeys.length > 0 ? { 'aws:TagKeys': [...tagKeys] } : {}),
  };
}

function prefixKeys(prefix: string, tags: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [prefix + key, value]));
}
