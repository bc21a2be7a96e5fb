/** Kept while an account is made, confirmed and signed in to, and no longer. */
export interface Credentials {
  readonly userName: string;
  readonly password: string;
}
