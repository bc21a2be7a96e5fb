import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** What a good token is for, from which its forgeries are made. */
export interface Forging {
  /** Signed by the deployment, held by its holder. */
  readonly token: string;
  readonly publicKeyPem: string;
  /** Claims that would be worth having. */
  readonly stolen: Readonly<Record<string, unknown>>;
}

/** Everything that looks like the token and must not be taken for one. By what was done to it. */
export function forgeries(forging: Forging): Readonly<Record<string, string>> {
  const { token, publicKeyPem } = forging;
  const [header = '', payload = '', signature = ''] = token.split('.');
  const head = decode(header);
  const claims = decode(payload);
  const thief = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const stolen = { ...claims, ...forging.stolen };
  const jwk = thief.publicKey.export({ format: 'jwk' });
  const unsigned = (newHeader: object, newClaims: object = claims) => `${encode(newHeader)}.${encode(newClaims)}`;
  const bySecret = (text: string, secret: string | Buffer) =>
    `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  const der = createPublicKey(publicKeyPem).export({ format: 'der', type: 'spki' });
  return {
    'alg none': `${unsigned({ ...head, alg: 'none' })}.`,
    'alg none with a signature': `${unsigned({ ...head, alg: 'nOnE' })}.${signature}`,
    'HS256 by the public key as PEM': bySecret(unsigned({ ...head, alg: 'HS256' }), publicKeyPem),
    'HS256 by the public key as DER': bySecret(unsigned({ ...head, alg: 'HS256' }), der),
    'its own algorithm said of HMAC': bySecret(unsigned(head), publicKeyPem),
    'its own kid, RS256 by another key': signed(unsigned({ ...head, alg: 'RS256' }), rsa.privateKey),
    'its own kid, ES384 by another key': signed(unsigned({ ...head, alg: 'ES384' }), thief.privateKey),
    'a key in the header': signed(unsigned({ ...head, jwk }, stolen), thief.privateKey),
    'a key by URL': signed(unsigned({ ...head, jku: 'http://127.0.0.1/jwks' }, stolen), thief.privateKey),
    'a certificate by URL': signed(unsigned({ ...head, x5u: 'http://127.0.0.1/x5u' }, stolen), thief.privateKey),
    'kid of a path': signed(unsigned({ ...head, kid: '../../../dev/null' }, stolen), thief.privateKey),
    'kid of a prototype': signed(unsigned({ ...head, kid: '__proto__' }, stolen), thief.privateKey),
    'kid that is no text': signed(unsigned({ ...head, kid: { $ne: null } }, stolen), thief.privateKey),
    'no kid': signed(unsigned({ alg: 'ES384' }, stolen), thief.privateKey),
    'another payload': `${header}.${encode(stolen)}.${signature}`,
    'a longer life': `${header}.${encode({ ...claims, exp: Number(claims.exp) + 86_400 })}.${signature}`,
    'no signature': `${header}.${payload}.`,
    'no third part': `${header}.${payload}`,
    'a signature of zeros': `${header}.${payload}.${Buffer.alloc(96).toString('base64url')}`,
    'a signature cut short': token.slice(0, -4),
    'a flipped bit': `${header}.${payload}.${flipped(signature)}`,
    'a signature in DER': `${header}.${payload}.${asDer(signature)}`,
    'space around it': ` ${token} `,
    'a line break in it': `${header}.\n${payload}.${signature}`,
    'padding behind it': `${token}=`,
    'two of it': `${token},${token}`,
    'five parts': `${token}.${token}`,
    'a JSON text': JSON.stringify({ protected: header, payload, signature }),
  };
}

export const decode = (part: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const signed = (text: string, key: KeyObject): string => {
  const hash = key.asymmetricKeyType === 'rsa' ? 'sha256' : 'sha384';
  return `${text}.${sign(hash, Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
};

function flipped(signature: string): string {
  const bytes = Buffer.from(signature, 'base64url');
  bytes[10] = (bytes[10] ?? 0) ^ 1;
  return bytes.toString('base64url');
}

/** The two numbers of the signature as ASN.1 has them. */
function asDer(signature: string): string {
  const bytes = Buffer.from(signature, 'base64url');
  const number = (half: Buffer) => {
    const positive = (half[0] ?? 0) > 127 ? Buffer.concat([Buffer.from([0]), half]) : half;
    return Buffer.concat([Buffer.from([2, positive.length]), positive]);
  };
  const body = Buffer.concat([number(bytes.subarray(0, 48)), number(bytes.subarray(48))]);
  return Buffer.concat([Buffer.from([48, body.length]), body]).toString('base64url');
}
