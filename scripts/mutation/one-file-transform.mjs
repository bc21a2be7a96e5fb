import { stripTypeScriptTypes } from 'node:module';
import path from 'node:path';

const LAST_IMPORT = /^.*^import [^;]*;\n/ms;

/** A test file becomes a block of its own, so that what it sets up before each test is not set up before those of others. */
export default {
  process(source, file) {
    const code = stripTypeScriptTypes(source, { mode: 'strip' });
    if (!file.endsWith('.test.ts')) return { code };
    const imports = LAST_IMPORT.exec(code)?.[0] ?? '';
    return { code: `${imports}globalThis.describe('${path.basename(file)}', () => {${code.slice(imports.length)}});` };
  },
};
