import { CognitoError, invalidParameter } from './cognito-local.ts';
import type { Request } from './read-request.ts';

/** What users may say of themselves: the standard attributes. */
const WRITABLE_BY_USERS: readonly string[] = [
  ...['address', 'birthdate', 'email', 'family_name', 'gender', 'given_name', 'locale', 'middle_name', 'name'],
  ...['nickname', 'phone_number', 'picture', 'preferred_username', 'profile', 'updated_at', 'website', 'zoneinfo'],
];
const WRITABLE_BY_ADMINISTRATORS: readonly string[] = ['email_verified', 'phone_number_verified'];
const WRITABLE_BY_COGNITO: readonly string[] = ['identities'];
const VALUE_LIMIT_CHARACTERS = 2_048;

export function assertUserAttributes({ UserAttributes = [] }: Request, writer: 'user' | 'administrator'): void {
  for (const { Name, Value } of UserAttributes) {
    if (Name === 'sub') throw invalidParameter('Cannot modify the non-mutable attribute sub');
    assertWritable(Name, writer);
    if (Value.length > VALUE_LIMIT_CHARACTERS) {
      throw invalidParameter(`The value of ${Name} has more than ${VALUE_LIMIT_CHARACTERS} characters`);
    }
  }
}

function assertWritable(name: string, writer: 'user' | 'administrator'): void {
  if (WRITABLE_BY_USERS.includes(name)) return;
  const isVerification = WRITABLE_BY_ADMINISTRATORS.includes(name);
  if (isVerification && writer === 'administrator') return;
  if (isVerification || WRITABLE_BY_COGNITO.includes(name)) {
    throw new CognitoError('NotAuthorizedException', 'A client attempted to write unauthorized attribute');
  }
  throw invalidParameter(
    `Attributes did not conform to the schema: Type for attribute {${name}} could not be determined`,
  );
}

export function assertRequiredAttributes({ UserAttributes = [] }: Request, required: readonly string[]): void {
  const missing = required.find((name) => !UserAttributes.some(({ Name, Value }) => Name === name && Value !== ''));
  if (missing === undefined) return;
  throw invalidParameter(`Attributes did not conform to the schema: ${missing}: The attribute is required`);
}
