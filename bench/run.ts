// npm run bench NAME: runs bench/NAME.ts, which prints a table and exits 0 only if its bars hold.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

const name = process.argv[2] ?? '';
const file = path.join(import.meta.dirname, `${name}.ts`);
const names = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name !== 'run.ts')
  .map((entry) => path.basename(entry.name, '.ts'));

if (/^[a-z-]+$/.test(name) && name !== 'run' && existsSync(file)) await import(file);
else {
  console.error(`usage: npm run bench NAME, where NAME is one of ${names.join(', ')}; got ${JSON.stringify(name)}`);
  process.exitCode = 2;
}
