#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { type IvsEmulatorOptions, startIvsEmulator } from '../index.ts';

const usage =
  'Usage: npm run ivs -- [--port 0..65535] [--region REGION] [--quotas off|real] [--media on|off] [--event-url URL]';

try {
  const emulator = await startIvsEmulator(readOptions());
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void emulator.close());
  console.log(`The IVS emulator is ready on ${emulator.url}`);
} catch (error) {
  console.error(`${error instanceof Error ? error.message : error}\n${usage}`);
  process.exitCode = 1;
}

function readOptions(): IvsEmulatorOptions {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      region: { type: 'string', default: 'us-east-1' },
      quotas: { type: 'string', default: 'real' },
      media: { type: 'string', default: 'on' },
      'event-url': { type: 'string' },
    },
  });
  const { port, region, quotas, media, 'event-url': eventUrl } = values;
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new RangeError(`Not a port: ${port}`);
  if (quotas !== 'real' && quotas !== 'off') throw new RangeError(`Quotas are 'off' or 'real', not ${quotas}`);
  if (media !== 'on' && media !== 'off') throw new RangeError(`Media is 'on' or 'off', not ${media}`);
  const events = eventUrl === undefined ? {} : { eventUrl };
  return { port: Number(port), region, quotas, media: media === 'on' ? {} : false, ...events };
}
