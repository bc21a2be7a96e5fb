import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type BuiltFile, type CustomerProject, PackedClient } from './customer-project.ts';

const SDK = 'amazon-ivs-web-broadcast';
/** Of what a page loads at first. */
const LARGEST_GZIPPED_BYTES = 12_288;
/** Found wherever sessions and devices are, however it is minified. */
const SESSION_WORDS = ['reconnecting', 'rights-ended', 'getUserMedia'];

// Compilers and bundlers are processes of their own, which take seconds on a busy machine.
jest.setTimeout(30_000);

let client: PackedClient;
beforeAll(async () => {
  client = await PackedClient.pack();
});
afterAll(() => client.remove());

const projects: CustomerProject[] = [];
afterEach(() => {
  for (const project of projects.splice(0)) project.remove();
});
function install(files: Readonly<Record<string, string>> = {}, packages: readonly string[] = []): CustomerProject {
  const project = client.installInto(files, packages);
  projects.push(project);
  return project;
}

const page = (script: string) => ({
  'index.html': '<!doctype html><script type="module" src="page.js"></script>',
  'page.js': script,
});
/** What a page loads at first, and what it loads when it joins a stage, without the SDK. */
async function bundle(script: string): Promise<{ readonly first: BuiltFile; readonly later: readonly BuiltFile[] }> {
  const files = await install(page(script)).build({
    build: { modulePreload: false, rolldownOptions: { external: [SDK] } },
  });
  const first = files.find(({ name }) => name.includes('index'));
  if (first === undefined) throw new Error('the page loads no script');
  return { first, later: files.filter((file) => file !== first) };
}
const useOf = (names: string, from = '@stagedoor/client') =>
  `import ${names} from '${from}'; globalThis.used = ${names.replace('* as ', '')};`;

describe('the package', () => {
  it('has what is built, and nothing of its sources', () => {
    expect(client.files).toEqual(
      expect.arrayContaining(['README.md', 'dist/client/index.js', 'dist/client/emulator.d.ts']),
    );
    expect(client.files.filter((name) => /\.ts$/.test(name) && !/\.d\.ts$/.test(name))).toEqual([]);
  });

  it('is imported in Node, where there is neither a browser nor the SDK', async () => {
    const names = await install().run(`
      const client = await import('@stagedoor/client');
      const emulator = await import('@stagedoor/client/emulator');
      console.log(JSON.stringify([...Object.keys(client), ...Object.keys(emulator)]));
    `);
    expect(names).toEqual(
      expect.arrayContaining(['createStagedoorApi', 'joinStage', 'openCamera', 'BannedError', 'emulatorTransport']),
    );
  });

  it('joins no stage where the SDK is not installed, and says why', async () => {
    const state = await install().run(`
      import { createStagedoorApi, joinStage } from '@stagedoor/client';
      const capabilities = ['SUBSCRIBE_AUDIO', 'SUBSCRIBE_VIDEO'];
      const stage = { ownerId: 'ada', status: 'active', visibility: 'public', role: 'viewer', capabilities };
      const token = { token: 't', participantId: 'p', userId: 'u', stageArn: 'a', role: 'viewer', capabilities,
        expiresAt: new Date(Date.now() + 900_000).toISOString(), issuedBy: 'key-pair' };
      const fetch = async (url) => Response.json(url.endsWith('/tokens') ? token : stage);
      const api = createStagedoorApi({ url: 'https://api.example', getAccessToken: async () => 'token', fetch });
      joinStage({ api, ownerId: 'ada' }).on('state', ({ name, reason, error }) => {
        if (name === 'failed') console.log(JSON.stringify({ reason, message: error?.message }));
      });
    `);
    expect(state).toEqual({ reason: 'unsupported', message: expect.stringContaining(`${SDK} could not be loaded`) });
  });
});

describe('types', () => {
  const customer = readFileSync(new URL('customer.ts', import.meta.url), 'utf8');

  it.each([
    { module: 'nodenext', moduleResolution: 'nodenext' },
    { module: 'esnext', moduleResolution: 'bundler' },
    { module: 'esnext', moduleResolution: 'bundler', exactOptionalPropertyTypes: true, verbatimModuleSyntax: true },
  ])('take what is right and refuse what is wrong: %j', async (options) => {
    const project = install({ 'customer.ts': customer });
    expect(await project.check(options, ['customer.ts'])).toBe('');
  });
});

describe('a bundle', () => {
  it('with all of it stays small, and smaller with less of it', async () => {
    const all = await bundle(useOf('* as all'));
    const api = await bundle(useOf('{ createStagedoorApi }'));
    const emulator = await bundle(useOf('{ emulatorTransport }', '@stagedoor/client/emulator'));
    const sizes = {
      all: all.first.gzippedBytes,
      'on joining with Amazon IVS': all.later.reduce((bytes, file) => bytes + file.gzippedBytes, 0),
      'API alone': api.first.gzippedBytes,
      emulator: emulator.first.gzippedBytes,
    };
    process.stdout.write(`@stagedoor/client, minified and gzipped, in bytes: ${JSON.stringify(sizes)}\n`);
    expect(sizes.all).toBeLessThan(LARGEST_GZIPPED_BYTES);
    expect(sizes['API alone']).toBeLessThan(sizes.all / 2);
  });

  it('has nothing of sessions, media or the emulator where only the API is used', async () => {
    const { first, later } = await bundle(useOf('{ createStagedoorApi }'));
    expect(later).toEqual([]);
    for (const foreign of [SDK, ...SESSION_WORDS]) expect(first.text).not.toContain(foreign);
    const all = await bundle(useOf('* as all'));
    for (const word of SESSION_WORDS) expect(all.first.text).toContain(word);
  });

  it('loads the SDK from a file of its own, when a stage is joined', async () => {
    const stub = {
      [`node_modules/${SDK}/package.json`]: JSON.stringify({ name: SDK, version: '1.41.0', main: 'sdk.js' }),
      [`node_modules/${SDK}/sdk.js`]: 'exports.isSupported = () => "the SDK itself";',
    };
    const files = await install({ ...page(useOf('{ joinStage }')), ...stub }).build();
    const withSdk = files.filter(({ text }) => text.includes('the SDK itself'));
    expect(withSdk).toHaveLength(1);
    for (const word of SESSION_WORDS) expect(withSdk[0]?.text).not.toContain(word);
  });

  it.each(['{ createStagedoorApi }', '{ joinStage }'])(
    'of %s can be made where the SDK is not installed',
    async (names) => {
      expect(await install(page(useOf(names))).build()).not.toEqual([]);
    },
  );

  it.each(['{ createStagedoorApi }', '{ joinStage }'])(
    'of %s can be made by esbuild where the SDK is not installed',
    async (names) => {
      expect(await install(page(useOf(names))).bundleWithEsbuild('page.js')).toContain('globalThis.used');
    },
  );
});

describe('examples/own-page', () => {
  const example = new URL('../../../examples/own-page/', import.meta.url);
  const sources = ['config.ts', 'own-auth.ts', 'page.ts'];
  const files = Object.fromEntries(
    ['index.html', ...sources].map((name) => [name, readFileSync(new URL(name, example), 'utf8')]),
  );

  it('compiles and builds with the package as it is published', async () => {
    const project = install(files, [SDK, 'amazon-cognito-identity-js']);
    const options = {
      module: 'esnext',
      moduleResolution: 'bundler',
      allowImportingTsExtensions: true,
      skipLibCheck: true,
    };
    expect(await project.check(options, sources)).toBe('');
    const built = await project.build({
      define: { global: 'globalThis' },
      build: { rolldownOptions: { external: [SDK] } },
    });
    expect(built.some(({ text }) => text.includes('reconnecting'))).toBe(true);
  });
});
