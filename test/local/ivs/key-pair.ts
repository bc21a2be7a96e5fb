import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { ImportPublicKeyCommand, type IVSRealTimeClient } from '@aws-sdk/client-ivs-realtime';
import type { Stage } from '../../../local/ivs/index.ts';

export interface KeyPair {
  readonly publicKeyMaterial: string;
  readonly privateKey: KeyObject;
}

export function makeKeyPair(namedCurve = 'P-384'): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve });
  return { publicKeyMaterial: publicKey.export({ type: 'spki', format: 'pem' }).toString(), privateKey };
}

/** Imports a new key, and answers what signs tokens with it. */
export async function importKeyPair(client: IVSRealTimeClient) {
  const { publicKeyMaterial, privateKey } = makeKeyPair();
  const { publicKey } = await client.send(new ImportPublicKeyCommand({ publicKeyMaterial }));
  const kid = publicKey?.arn ?? '';
  const signToken = (claims: object, header: object = {}) => {
    return signJwt({ alg: 'ES384', typ: 'JWT', kid, ...header }, claims, privateKey);
  };
  return { kid, publicKeyMaterial, privateKey, signToken };
}

/** The claims that the User Guide asks for, at the time that stopped clocks start with. */
export function claimsFor(stage: Stage, changes: object = {}) {
  const iat = Date.parse('2026-01-01T00:00:00Z') / 1000;
  return {
    exp: iat + 3600,
    iat,
    jti: 'ada-1',
    user_id: 'ada',
    resource: stage.arn,
    topic: stage.arn.split('/')[1],
    events_url: stage.endpoints.events,
    whip_url: stage.endpoints.whip,
    capabilities: { allow_publish: true, allow_subscribe: true },
    attributes: { role: 'host' },
    version: '1.0',
    ...changes,
  };
}

export function signJwt(header: object, claims: object, privateKey: KeyObject): string {
  const unsigned = [header, claims].map(encode).join('.');
  const signature = sign('sha384', Buffer.from(unsigned), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${unsigned}.${signature.toString('base64url')}`;
}

export const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
