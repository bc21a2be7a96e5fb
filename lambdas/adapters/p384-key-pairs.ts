import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import type { KeyPairs } from '../stages/ports.ts';

/** P-384 is the one curve that IVS takes: its tokens are ES384. */
export class P384KeyPairs implements KeyPairs {
  generate() {
    const { publicKey, privateKey } = generateKeyPairSync('ec', {
      namedCurve: 'P-384',
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    return { publicKey, privateKey };
  }

  belongTogether(publicKey: string, privateKey: string): boolean {
    const challenge = randomBytes(32);
    const signature = sign('sha384', challenge, createPrivateKey(privateKey));
    return verify('sha384', challenge, createPublicKey(publicKey), signature);
  }
}
