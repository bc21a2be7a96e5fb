import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const run = promisify(execFile);

/** The package as `npm publish` would send it. */
export class PackedClient {
  readonly #directory = mkdtempSync(join(tmpdir(), 'stagedoor-client-'));

  static async pack(): Promise<PackedClient> {
    const packed = new PackedClient();
    const env = { ...process.env, npm_config_offline: 'true', npm_config_update_notifier: 'false' };
    await run('npm', ['pack', '--pack-destination', packed.#directory], { cwd: join(ROOT, 'client'), env });
    const [tarball = ''] = readdirSync(packed.#directory);
    await run('tar', ['-xzf', tarball], { cwd: packed.#directory });
    return packed;
  }

  /** All its files. */
  get files(): readonly string[] {
    return readdirSync(join(this.#directory, 'package'), { recursive: true, encoding: 'utf8' }).sort();
  }

  /** A project elsewhere that has it and these packages of ours installed, and nothing else. */
  installInto(files: Readonly<Record<string, string>>, packages: readonly string[] = []): CustomerProject {
    const project = new CustomerProject(files);
    cpSync(join(this.#directory, 'package'), join(project.directory, 'node_modules/@stagedoor/client'), {
      recursive: true,
    });
    for (const name of packages)
      symlinkSync(join(ROOT, 'node_modules', name), join(project.directory, 'node_modules', name));
    return project;
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true });
  }
}

export class CustomerProject {
  readonly directory = mkdtempSync(join(tmpdir(), 'stagedoor-customer-'));

  constructor(files: Readonly<Record<string, string>>) {
    const all = { 'package.json': '{ "type": "module" }', ...files };
    for (const [name, text] of Object.entries(all)) {
      const file = join(this.directory, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }

  /** Runs a module in Node, and answers what it printed as JSON. */
  async run(module: string): Promise<unknown> {
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', module], { cwd: this.directory });
    return JSON.parse(stdout);
  }

  /** What TypeScript complains about. */
  async check(options: object, files: readonly string[]): Promise<string> {
    const compilerOptions = {
      strict: true,
      noEmit: true,
      target: 'es2024',
      lib: ['es2024', 'dom'],
      types: [],
      ...options,
    };
    writeFileSync(join(this.directory, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    const tsc = run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', '.'], { cwd: this.directory });
    return tsc.then(({ stdout }) => stdout).catch(({ stdout }: { stdout: string }) => stdout);
  }

  /** Builds for production as Vite does by itself, and answers the minified files. */
  async build(config: object = {}): Promise<readonly BuiltFile[]> {
    writeFileSync(join(this.directory, 'vite.config.js'), `export default ${JSON.stringify(config)};`);
    const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
    await run(process.execPath, [vite, 'build', '--logLevel', 'error'], { cwd: this.directory });
    const built = join(this.directory, 'dist');
    return readdirSync(built, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.js'))
      .map((name) => new BuiltFile(name, readFileSync(join(built, name), 'utf8')));
  }

  /** Builds as esbuild does by itself. Rejects if that stops at an error. */
  async bundleWithEsbuild(entry: string): Promise<string> {
    const esbuild = join(ROOT, 'node_modules/esbuild/bin/esbuild');
    const options = ['--bundle', '--format=esm', '--minify', '--log-level=error'];
    return (await run(esbuild, [entry, ...options], { cwd: this.directory })).stdout;
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }
}

export class BuiltFile {
  readonly name: string;
  readonly text: string;

  constructor(name: string, text: string) {
    this.name = name;
    this.text = text;
  }

  get gzippedBytes(): number {
    return gzipSync(this.text).length;
  }
}
