import type { StoredSigningKey } from '../stages/ports.ts';

/**
 * Reads a version of the secret. Undefined: it holds no key yet, as the first version of a deployment, which
 * CloudFormation fills with something random.
 */
export function parseSigningKey(value: string | undefined): StoredSigningKey | undefined {
  const { publicKeyArn, privateKey, importedAt } = parseObject(value ?? '');
  if (typeof publicKeyArn !== 'string' || typeof privateKey !== 'string' || typeof importedAt !== 'string') {
    return undefined;
  }
  return { publicKeyArn, privateKey, importedAt };
}

function parseObject(value: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(value)) as Record<string, unknown>;
  } catch {
    // The parser's own error quotes the text, which is a secret.
    throw new Error('the value of the secret is not JSON');
  }
}
