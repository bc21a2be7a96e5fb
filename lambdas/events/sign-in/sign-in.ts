import type { PostAuthenticationTriggerEvent, PostConfirmationTriggerEvent } from 'aws-lambda';
import { displayNameOf } from '../../stages/display-name.ts';
import type { EnsureNeeds } from '../../stages/provisioning/ensure-user-stage.ts';
import { openStageAtSignIn } from '../../stages/provisioning/open-stage.ts';
import { isUserId } from '../../stages/user-id.ts';

type SignInEvent = PostAuthenticationTriggerEvent | PostConfirmationTriggerEvent;
type UserAttributes = SignInEvent['request']['userAttributes'];

export interface SignInNeeds extends EnsureNeeds {
  /**
   * The only app client whose sign-ins count: triggers fire for all clients of a pool, and a pool may serve other
   * applications too. Default: every client.
   */
  readonly onlyClientId?: string | undefined;
}

/** Opens the user's stage. Whatever goes wrong, the event goes back to Cognito: an error here would refuse the login. */
export const signIn =
  ({ onlyClientId, ...services }: SignInNeeds) =>
  async (event: SignInEvent): Promise<SignInEvent> => {
    const { userAttributes } = event.request;
    if (onlyClientId !== undefined && event.callerContext.clientId !== onlyClientId) return event;
    try {
      if (isSignIn(event)) await openStage(services, userAttributes);
    } catch (cause) {
      services.metrics.record({ SignInsWithoutStage: 1 });
      services.log.error('a sign-in went on without its stage', { userId: userAttributes.sub, cause });
    }
    return event;
  };

/** The first sign-in of a federated user fires PostConfirmation only; for all others that is not a sign-in yet. */
function isSignIn({ triggerSource, request }: SignInEvent): boolean {
  if (triggerSource === 'PostAuthentication_Authentication') return true;
  return triggerSource === 'PostConfirmation_ConfirmSignUp' && isFederated(request.userAttributes);
}

const isFederated = (attributes: UserAttributes): boolean =>
  attributes.identities !== undefined || attributes['cognito:user_status'] === 'EXTERNAL_PROVIDER';

async function openStage(services: EnsureNeeds, attributes: UserAttributes): Promise<void> {
  const userId = attributes.sub;
  if (!isUserId(userId)) throw new Error('the sub of the user cannot name a stage');
  await openStageAtSignIn(services)(userId, displayNameOf(attributes));
}
