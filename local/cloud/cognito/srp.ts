import { createHash, createHmac, getDiffieHellman, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

/** The 3072-bit group of RFC 3526, whose generator is 2: the one that Cognito's clients use. */
const PRIME = BigInt(`0x${getDiffieHellman('modp15').getPrime('hex')}`);
const GENERATOR = 2n;
const MULTIPLIER = BigInt(`0x${sha256(padded(PRIME), padded(GENERATOR)).toString('hex')}`);

export interface SrpChallenge {
  readonly salt: string;
  readonly publicValue: string;
  readonly secretBlock: string;
  /** Whether the client's proof shows that it knows the password. */
  verify(timestamp: string, signature: string): boolean;
}

export interface SrpAttempt {
  /** The part of the pool's id after the underscore. */
  readonly poolName: string;
  readonly userName: string;
  readonly password: string;
  /** SRP_A, hexadecimal. */
  readonly clientValue: string;
}

/** The server's half of Secure Remote Password 6a as Cognito runs it; undefined for a client value that breaks it. */
export function createSrpChallenge({
  poolName,
  userName,
  password,
  clientValue,
}: SrpAttempt): SrpChallenge | undefined {
  // A value of the group has 768 digits; one of millions would keep the machine busy.
  const clientPublic = /^[0-9a-f]{1,1024}$/i.test(clientValue) ? BigInt(`0x${clientValue}`) : 0n;
  // A multiple of the prime would make the shared secret 0, whatever the password.
  if (clientPublic % PRIME === 0n) return undefined;
  const salt = toBigInt(randomBytes(16));
  const identity = sha256(Buffer.from(`${poolName}${userName}:${password}`));
  const verifier = power(GENERATOR, toBigInt(sha256(padded(salt), identity)));
  const secret = toBigInt(randomBytes(128));
  const serverPublic = (MULTIPLIER * verifier + power(GENERATOR, secret)) % PRIME;
  const secretBlock = randomBytes(512);

  return {
    salt: salt.toString(16),
    publicValue: serverPublic.toString(16),
    secretBlock: secretBlock.toString('base64'),
    verify: (timestamp, signature) => {
      const scrambler = toBigInt(sha256(padded(clientPublic), padded(serverPublic)));
      const shared = power(clientPublic * power(verifier, scrambler), secret);
      const key = Buffer.from(hkdfSync('sha256', padded(shared), padded(scrambler), 'Caldera Derived Key', 16));
      const expected = createHmac('sha256', key)
        .update(poolName)
        .update(userName)
        .update(secretBlock)
        .update(timestamp);
      const [wanted, given] = [expected.digest(), Buffer.from(signature, 'base64')];
      return given.length === wanted.length && timingSafeEqual(given, wanted);
    },
  };
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base % PRIME;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % PRIME;
    square = (square * square) % PRIME;
  }
  return result;
}

/** Big-endian, with a zero byte in front where the first bit would read as a sign. */
function padded(value: bigint): Buffer {
  const hex = value.toString(16);
  const even = hex.length % 2 === 1 ? `0${hex}` : hex;
  return Buffer.from(/^[89a-f]/i.test(even) ? `00${even}` : even, 'hex');
}

function sha256(...parts: readonly Buffer[]): Buffer {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}

function toBigInt(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`);
}
