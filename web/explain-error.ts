import {
  ApiError,
  type ApiErrorCode,
  type FailureReason,
  MediaError,
  type MediaErrorCode,
  SessionError,
} from '@stagedoor/client';

/** An error or a refusal, for the person before the screen. */
export interface Explanation {
  readonly title: string;
  /** What it means, and what they can do. */
  readonly text: string;
  /** Whether the same again may work. */
  readonly canRetry: boolean;
  /** Under which the operator finds it in the logs. */
  readonly reference?: string | undefined;
}

/** Of the API, of Cognito, of a stage session, or of camera, microphone and screen. */
export function explainError(error: unknown): Explanation {
  if (error instanceof ApiError) return explainApiError(error);
  if (error instanceof SessionError) return sessionErrors[error.code];
  if (error instanceof MediaError) return mediaErrors[error.code];
  return cognitoError(error) ?? unknownError;
}

/** Why a stay on a stage ended for good. */
export function explainFailure(reason: FailureReason): Explanation {
  return failures[reason];
}

function explainApiError(error: ApiError): Explanation {
  const { title, text, canRetry } = apiErrors[error.code];
  const wholeText = error.code === 'INVALID_REQUEST' ? `${text} (${error.detail})` : text;
  return { title, text: wholeText, canRetry, reference: error.requestId };
}

/** Some come as the cause of others. */
function cognitoError(error: unknown): Explanation | undefined {
  if (!(error instanceof Error)) return undefined;
  const key = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  const found = cognitoErrors[key];
  if (found === undefined) return cognitoError(error.cause);
  // Cognito tells in its message which rule of the pool a password breaks.
  const rule = key === 'InvalidPasswordException' ? ` ${passwordRule(error.message)}` : '';
  return { ...found, text: found.text + rule };
}

/** `Password did not conform with policy: Password must have numeric characters` → its second half. */
function passwordRule(message: string): string {
  const rule = message.split(': ').at(-1)?.trim() ?? '';
  return rule === '' ? '' : `The rule: ${rule.replace(/\.?$/, '.')}`;
}

const again = (title: string, text: string): Explanation => ({ title, text, canRetry: true });
const final = (title: string, text: string): Explanation => ({ title, text, canRetry: false });

const unknownError = again(
  'Something went wrong',
  'The page met an error that it does not know. Try again, or reload the page.',
);

const offline = again('No connection', 'Nobody answers. Check your connection to the internet, then try again.');

const apiErrors: Readonly<Record<ApiErrorCode, Explanation>> = {
  INVALID_REQUEST: final('This was not understood', 'Correct what you entered.'),
  UNAUTHENTICATED: final('You are signed out', 'Your sign-in has expired. Sign in again.'),
  NOT_ALLOWED: final('Not allowed', 'This is not yours to do, or cannot be done to this person.'),
  CAPABILITY_NOT_ALLOWED: final(
    'Not allowed on this stage',
    'You may watch, but not go on stage. Ask the host for an invitation.',
  ),
  BANNED: final('You are banned from this stage', 'The host keeps you off this stage. Only they can change that.'),
  TOKEN_REFUSED: again(
    'Your pass is not valid any more',
    'It has expired or was withdrawn. Join again to get another.',
  ),
  STAGE_NOT_FOUND: final(
    'No such stage',
    'There is no stage here, or it is for invited people only. Check the link, or ask the host to invite you.',
  ),
  NOT_FOUND: final('It is gone already', 'Somebody else may have removed it. The list is up to date after a reload.'),
  STAGE_INACTIVE: again('The stage is closed', 'Its host has not opened it for a while. Come back when they are live.'),
  STAGE_FULL: again('The stage is full', 'As many people are on stage as fit. You can watch, or try again later.'),
  EXCHANGE_NOT_SUPPORTED: again('Your rights could not be changed', 'Leave the stage and join again.'),
  INGEST_EXISTS: again(
    'There is an encoder address already',
    'A stage has one at most. Delete the one that exists, or wait a moment if you have just done so.',
  ),
  RATE_LIMITED: again('A little slower, please', 'Too many requests in a short time. Wait a second, then try again.'),
  STAGE_NOT_READY: again('The stage is not ready yet', 'It is being set up or taken down. Try again in a moment.'),
  STAGE_QUOTA_REACHED: again(
    'No room for another stage',
    'As many stages are open as the service allows. Your turn comes when one closes: try again in a few minutes.',
  ),
  INGEST_QUOTA_REACHED: again(
    'No room for another encoder',
    'As many encoders are set up as the service allows. Try again later.',
  ),
  UPSTREAM_THROTTLED: again('Very busy', 'The service takes no more requests right now. Try again in a moment.'),
  INTERNAL: again('Our fault', 'Something broke on our side. Try again; if it stays, tell the operator the reference.'),
  UNREACHABLE: offline,
};

const sessionErrors: Readonly<Record<SessionError['code'], Explanation>> = {
  'not-allowed': final('Not allowed on this stage', 'You may not go on stage. Ask the host for an invitation.'),
  'not-live': again('You are not on the stage', 'The connection to the stage has ended. Join again.'),
  'publish-failed': again(
    'Going live did not work',
    'The stage did not take your camera or microphone. Check your connection, then try again.',
  ),
};

const failures: Readonly<Record<FailureReason, Explanation>> = {
  banned: apiErrors.BANNED,
  kicked: again('You were put off the stage', 'The host or a moderator disconnected you. You may join again.'),
  'rights-ended': again(
    'Your invitation has ended',
    'The host withdrew it, it ran out, or the stage is private now. Join again with the rights that are left to you.',
  ),
  'not-allowed': apiErrors.STAGE_NOT_FOUND,
  'stage-inactive': apiErrors.STAGE_INACTIVE,
  'stage-full': apiErrors.STAGE_FULL,
  replaced: again('You are here in another window', 'The same pass was used again, and one connection is allowed.'),
  'signed-out': apiErrors.UNAUTHENTICATED,
  unreachable: again('The stage cannot be reached', 'Check your connection to the internet, then join again.'),
  unsupported: final(
    'This browser cannot join stages',
    'Use a current version of Chrome, Edge, Firefox or Safari, and no private mode that switches video calls off.',
  ),
  internal: again('The stage broke off', 'Something went wrong that the page does not know. Join again.'),
};

const mediaErrors: Readonly<Record<MediaErrorCode, Explanation>> = {
  'permission-refused': again(
    'The browser may not use it',
    'Allow camera, microphone or screen for this page: the sign beside the address has the switch. Then try again.',
  ),
  'no-device': again('No camera or microphone found', 'Connect one or choose another, then try again.'),
  'device-busy': again('Camera or microphone is busy', 'Another program may be using it. Close that, then try again.'),
  unsupported: final('Not in this browser', 'It offers no camera, microphone or screen here. Use another, by HTTPS.'),
  cancelled: again('Nothing was chosen', 'Choose what to show to go on.'),
};

const wrongCode = again('The code is not right', 'Check the code and enter it again, or ask for a new one.');

/** By the names that Cognito gives them. */
const cognitoErrors: Readonly<Record<string, Explanation>> = {
  NotAuthorizedException: again('That did not work', 'User name or password is wrong, or the account is locked.'),
  UserNotFoundException: again('That did not work', 'User name or password is wrong.'),
  UserNotConfirmedException: final('Confirm your account first', 'Enter the code that was sent to you by e-mail.'),
  UsernameExistsException: again('This user name is taken', 'Choose another one, or sign in if it is yours.'),
  AliasExistsException: final('This e-mail address is in use', 'Another account has it. Sign in with that one.'),
  InvalidPasswordException: again('The password is too weak', 'Choose a longer one or one with more kinds of signs.'),
  InvalidParameterException: again('This was not understood', 'Check what you entered: something has a wrong form.'),
  UserLambdaValidationException: again('Sign-in was refused', 'The service did not accept it. Try again in a moment.'),
  CodeMismatchException: wrongCode,
  EnableSoftwareTokenMFAException: wrongCode,
  ExpiredCodeException: again('The code has expired', 'Ask for a new one.'),
  CodeDeliveryFailureException: again('The code could not be sent', 'Check the e-mail address, then try again.'),
  PasswordResetRequiredException: final('A new password is needed', 'Set one with “Forgot your password?”.'),
  LimitExceededException: again('Too many tries', 'Wait some minutes, then try again.'),
  TooManyRequestsException: again('Too many tries', 'Wait a moment, then try again.'),
  TooManyFailedAttemptsException: again('Too many tries', 'Wait some minutes, then try again.'),
  NetworkError: offline,
};
