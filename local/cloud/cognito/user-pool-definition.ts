export interface PasswordPolicy {
  readonly MinimumLength: number;
  readonly RequireLowercase: boolean;
  readonly RequireNumbers: boolean;
  readonly RequireSymbols: boolean;
  readonly RequireUppercase: boolean;
}

export interface UserPoolClientDefinition {
  readonly id: string;
  /** For example `USER_SRP_AUTH`, without the prefix ALLOW_. */
  readonly authFlows: readonly string[];
  readonly accessTokenSeconds: number;
  readonly idTokenSeconds: number;
  readonly refreshTokenSeconds: number;
}

export interface UserPoolDefinition {
  readonly id: string;
  readonly arn: string;
  /** False when only an administrator may create users. */
  readonly selfSignUp: boolean;
  /** Whether `Ada` and `ada` are two users. */
  readonly caseSensitive: boolean;
  readonly autoVerifiedAttributes: readonly string[];
  readonly requiredAttributes: readonly string[];
  /** Undefined stands for Cognito's default: 8 characters of four kinds. */
  readonly passwordPolicy: PasswordPolicy | undefined;
  /** ARNs of the functions to call. */
  readonly triggers: {
    readonly PostAuthentication?: string | undefined;
    readonly PostConfirmation?: string | undefined;
  };
  readonly groups: readonly string[];
  readonly clients: readonly UserPoolClientDefinition[];
}
