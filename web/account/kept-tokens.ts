/** What amazon-cognito-identity-js keeps of users for one client of a pool, under names of its own choice. */
export interface KeptTokens {
  /** Answers the refresh token that was forgotten, for it to be revoked. */
  forget(userName: string): string | undefined;
  forgetOthers(userName: string): readonly string[];
  /** Hears of the user who is signed in next, in other tabs of this browser; null: nobody. */
  onUserElsewhere(listener: (userName: string | null) => void): () => void;
}

export function keptTokens(storage: Storage, clientId: string): KeptTokens {
  const prefix = `CognitoIdentityServiceProvider.${clientId}.`;
  const lastUserKey = `${prefix}LastAuthUser`;

  const userNames = () => {
    const keys = Object.keys(storage).filter((key) => key.startsWith(prefix) && key !== lastUserKey);
    // User names may have dots, what is kept of them does not.
    return new Set(keys.map((key) => key.slice(prefix.length, key.lastIndexOf('.'))));
  };
  /** What Cognito knows this device by stays, as the library has it: it is of no use without the password. */
  const forget = (userName: string) => {
    const refreshToken = storage.getItem(`${prefix}${userName}.refreshToken`) ?? undefined;
    for (const name of ['idToken', 'accessToken', 'refreshToken', 'clockDrift', 'userData']) {
      storage.removeItem(`${prefix}${userName}.${name}`);
    }
    // Another tab may have made it another's by now.
    if (storage.getItem(lastUserKey) === userName) storage.removeItem(lastUserKey);
    return refreshToken;
  };

  return {
    forget,
    forgetOthers: (userName) =>
      [...userNames()].filter((name) => name !== userName).flatMap((name) => forget(name) ?? []),
    onUserElsewhere(listener) {
      const hear = ({ key, newValue }: StorageEvent) => {
        // Null: all was cleared at once.
        if (key === null || key === lastUserKey) listener(newValue);
      };
      window.addEventListener('storage', hear);
      return () => window.removeEventListener('storage', hear);
    },
  };
}
