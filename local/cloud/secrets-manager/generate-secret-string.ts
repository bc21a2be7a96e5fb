import { randomInt } from 'node:crypto';

export interface GenerateSecretString {
  /** A JSON object that gets the password as one more member. */
  readonly SecretStringTemplate?: string | undefined;
  /** The name of that member. */
  readonly GenerateStringKey?: string | undefined;
  readonly PasswordLength: number;
  readonly ExcludeCharacters: string;
  readonly ExcludePunctuation: boolean;
}

const LETTERS_AND_DIGITS = ['abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '0123456789'];
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

export function generateSecretString(recipe: GenerateSecretString, random: (max: number) => number = randomInt) {
  const password = generatePassword(recipe, random);
  const { SecretStringTemplate: template, GenerateStringKey: key } = recipe;
  if (template === undefined && key === undefined) return password;
  if (template !== undefined && key !== undefined) return JSON.stringify({ ...JSON.parse(template), [key]: password });
  throw new Error('GenerateSecretString needs SecretStringTemplate and GenerateStringKey, or neither');
}

/** With one character at least of each kind, in any order. */
function generatePassword(recipe: GenerateSecretString, random: (max: number) => number): string {
  const kinds = [...LETTERS_AND_DIGITS, ...(recipe.ExcludePunctuation ? [] : [PUNCTUATION])]
    .map((kind) => [...kind].filter((character) => !recipe.ExcludeCharacters.includes(character)))
    .filter((kind) => kind.length > 0);
  const indices = [...Array(recipe.PasswordLength).keys()];
  const drawn = indices.map((index) => {
    const choices = kinds[index] ?? kinds.flat();
    return choices[random(choices.length)];
  });
  return indices.map(() => drawn.splice(random(drawn.length), 1)).join('');
}
