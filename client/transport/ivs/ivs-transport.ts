import {
  type Connection,
  type ConnectOptions,
  type Transport,
  TransportError,
  type TransportErrorCode,
} from '../transport.ts';
import { openIvsConnection } from './ivs-connection.ts';
import { asTransportError } from './ivs-errors.ts';
import type { IvsSdk } from './ivs-sdk.ts';

export interface IvsTransportOptions {
  /** Loads Amazon's SDK. Default: `import('amazon-ivs-web-broadcast')`, of the version installed beside this package. */
  readonly load?: () => Promise<IvsSdk>;
}

/** Joins stages of Amazon IVS Real-Time by Amazon's own SDK, which is loaded by the first attempt to join. */
export function ivsTransport({ load = loadInstalled }: IvsTransportOptions = {}): Transport {
  return {
    async connect(token, options) {
      const givenUp = Promise.withResolvers<never>();
      // Nobody waits for it after joining.
      givenUp.promise.catch(() => {});
      const giveUp = () => givenUp.reject(new TransportError('aborted', 'Joining was given up'));
      options.signal.addEventListener('abort', giveUp);
      try {
        if (options.signal.aborted) giveUp();
        const sdk = await Promise.race([givenUp.promise, loadSupported(load)]);
        return await join(sdk, token, options, givenUp.promise);
      } finally {
        options.signal.removeEventListener('abort', giveUp);
      }
    },
  };
}

async function join(sdk: IvsSdk, token: string, options: ConnectOptions, givenUp: Promise<never>): Promise<Connection> {
  const { connection, joined } = openIvsConnection(sdk, token, options);
  try {
    await Promise.race([joined, givenUp]);
    return connection;
  } catch (error) {
    connection.leave();
    throw asTransportError(error);
  }
}

async function loadSupported(load: () => Promise<IvsSdk>): Promise<IvsSdk> {
  const sdk = await load().catch(failLoading);
  if (!sdk.isSupported()) throw new TransportError('unsupported', 'Amazon IVS does not support this browser');
  return sdk;
}

/** In a browser only: the SDK cannot be loaded anywhere else. What some bundlers give has all of it in `default`. */
async function loadInstalled(): Promise<IvsSdk> {
  // Without this `catch` behind it, esbuild builds no page where the SDK is not installed.
  const loaded: IvsSdk = await import('amazon-ivs-web-broadcast').catch(failLoading);
  return 'Stage' in loaded ? loaded : (loaded as { readonly default: IvsSdk }).default;
}

function failLoading(error: unknown): never {
  if (error instanceof TransportError) throw error;
  throw NOT_INSTALLED.test((error as Error).message)
    ? loadError('unsupported', 'install it beside @stagedoor/client', error)
    : loadError('unreachable', 'the network may have failed', error);
}

/** As Node and webpack say it, then Vite, Chrome, Safari and Firefox. What is not found this way, no second try finds. */
const NOT_INSTALLED = /^(Cannot find |Could not resolve |Failed to resolve |Module name|The specifier )/;

const loadError = (code: TransportErrorCode, hint: string, cause: unknown) =>
  new TransportError(code, `amazon-ivs-web-broadcast could not be loaded: ${hint}`, { cause });
