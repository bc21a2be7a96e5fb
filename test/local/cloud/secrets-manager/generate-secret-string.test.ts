import { describe, expect, it } from '@jest/globals';
import { generateSecretString } from '../../../../local/cloud/secrets-manager/generate-secret-string.ts';

const DEFAULTS = { PasswordLength: 32, ExcludeCharacters: '', ExcludePunctuation: false };

describe('a generated secret', () => {
  it('has its length and a character of each kind that is allowed', () => {
    const secret = generateSecretString({ ...DEFAULTS, PasswordLength: 4 });
    expect(secret).toHaveLength(4);
    for (const kind of [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z\d]/]) expect(secret).toMatch(kind);
    expect(generateSecretString(DEFAULTS)).toHaveLength(32);
  });

  it('has nothing that is excluded', () => {
    const excluded = { ExcludePunctuation: true, ExcludeCharacters: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefgh0' };
    const secret = generateSecretString({ ...DEFAULTS, ...excluded, PasswordLength: 500 });
    expect(secret).toMatch(/^[i-z1-9]{500}$/);
  });

  it('stands in the template under its key', () => {
    const place = { SecretStringTemplate: '{"user":"ada"}', GenerateStringKey: 'password' };
    const secret = generateSecretString({ ...DEFAULTS, ...place, PasswordLength: 6 }, () => 0);
    expect(secret).toBe('{"user":"ada","password":"aA0!aa"}');
    expect(() => generateSecretString({ ...DEFAULTS, GenerateStringKey: 'password' })).toThrow('or neither');
  });
});
