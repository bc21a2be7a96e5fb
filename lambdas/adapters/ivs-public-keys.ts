import {
  DeletePublicKeyCommand,
  GetPublicKeyCommand,
  ImportPublicKeyCommand,
  type IVSRealTimeClient,
  ListPublicKeysCommand,
  type PublicKeySummary,
} from '@aws-sdk/client-ivs-realtime';
import type { IvsPublicKeys } from '../stages/ports.ts';
import type { Tags } from '../stages/stage-tags.ts';
import { ivsCall, ivsCallIfFound } from './ivs-errors.ts';

/** Public keys in Amazon IVS Real-Time. */
export class AwsIvsPublicKeys implements IvsPublicKeys {
  readonly #client: IVSRealTimeClient;

  constructor(client: IVSRealTimeClient) {
    this.#client = client;
  }

  async list(abortSignal: AbortSignal) {
    const found: PublicKeySummary[] = [];
    let cursor: string | undefined;
    do {
      const command = new ListPublicKeysCommand(cursor === undefined ? {} : { nextToken: cursor });
      const page = await ivsCall('ListPublicKeys', this.#client.send(command, { abortSignal }));
      found.push(...(page.publicKeys ?? []));
      cursor = page.nextToken || undefined;
    } while (cursor !== undefined);
    return found.map(({ arn = '', name = '', tags = {} }) => ({ arn, name, tags }));
  }

  async import(name: string, publicKeyMaterial: string, tags: Tags, abortSignal: AbortSignal) {
    const command = new ImportPublicKeyCommand({ name, publicKeyMaterial, tags: { ...tags } });
    const { publicKey } = await ivsCall('ImportPublicKey', this.#client.send(command, { abortSignal }));
    if (!publicKey?.arn) throw new Error('ImportPublicKey answered without an ARN');
    return { arn: publicKey.arn };
  }

  async get(arn: string, abortSignal: AbortSignal): Promise<string | undefined> {
    const call = this.#client.send(new GetPublicKeyCommand({ arn }), { abortSignal });
    return (await ivsCallIfFound('GetPublicKey', call))?.publicKey?.publicKeyMaterial;
  }

  async delete(arn: string, abortSignal: AbortSignal): Promise<void> {
    const call = this.#client.send(new DeletePublicKeyCommand({ arn }), { abortSignal });
    await ivsCallIfFound('DeletePublicKey', call);
  }
}
