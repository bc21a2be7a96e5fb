import { type Connection, type ConnectOptions, type Transport, TransportError } from '../transport.ts';
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
  const sdk = await load().catch((error: unknown) => {
    const message = 'amazon-ivs-web-broadcast could not be loaded: install it beside @stagedoor/client';
    throw new TransportError('unsupported', message, { cause: error });
  });
  if (!sdk.isSupported()) throw new TransportError('unsupported', 'Amazon IVS does not support this browser');
  return sdk;
}

/** In a browser only: the SDK cannot be loaded anywhere else. What some bundlers give has all of it in `default`. */
async function loadInstalled(): Promise<IvsSdk> {
  const loaded: IvsSdk = await import('amazon-ivs-web-broadcast');
  return 'Stage' in loaded ? loaded : (loaded as { readonly default: IvsSdk }).default;
}
