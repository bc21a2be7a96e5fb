import { existsSync, readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';

type Json = Record<string, unknown>;

/** The storage that cognito-local asks for. Its own writes files in place without a lock, and loses them under load. */
export interface JsonStore {
  getRoot<T>(context: unknown): Promise<T | null>;
  get<T>(context: unknown, key: string | string[], defaultValue?: T): Promise<T>;
  set<T>(context: unknown, key: string | string[], value: T): Promise<void>;
  delete(context: unknown, key: string | string[]): Promise<void>;
}

/** Keeps one document in memory and, given a file, on disk: a write is done once the file has it. */
export function openJsonStore(defaults: Json, file?: string): JsonStore {
  const root: Json = file !== undefined && existsSync(file) ? parse(readFileSync(file, 'utf8')) : defaults;
  const save = file === undefined ? () => Promise.resolve() : createSaver(file, root);
  return {
    getRoot: async <T>() => structuredClone(root) as T,
    get: async <T>(_context: unknown, key: string | string[], defaultValue?: T) => {
      const { parent, name } = find(root, key);
      const value = parent !== undefined && Object.hasOwn(parent, name) ? parent[name] : undefined;
      return structuredClone(value ?? defaultValue ?? null) as T;
    },
    set: async (_context, key, value) => {
      const { parent, name } = find(root, key, 'create');
      const property = { value: structuredClone(value), configurable: true, enumerable: true, writable: true };
      // Defined, not assigned: a user may be called __proto__.
      if (parent !== undefined) Object.defineProperty(parent, name, property);
      await save();
    },
    delete: async (_context, key) => {
      const { parent, name } = find(root, key);
      if (parent !== undefined) delete parent[name];
      await save();
    },
  };
}

function find(root: Json, key: string | string[], whenMissing?: 'create'): { parent: Json | undefined; name: string } {
  const path = [key].flat();
  let parent: Json | undefined = root;
  for (const name of path.slice(0, -1)) {
    if (whenMissing === 'create') parent[name] ??= {};
    parent = parent[name] as Json | undefined;
    if (parent === undefined) break;
  }
  return { parent, name: path.at(-1) ?? '' };
}

/** Writes one after another, each to a new file that then takes the old one's place; calls during a write share the next. */
function createSaver(file: string, root: Json): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let waiting: Promise<void> | undefined;
  return () => {
    waiting ??= running
      .catch(() => {})
      .then(() => {
        waiting = undefined;
        running = replaceFile(file, JSON.stringify(root));
        return running;
      });
    return waiting;
  };
}

async function replaceFile(file: string, text: string): Promise<void> {
  const handle = await open(`${file}.new`, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
}

function parse(text: string): Json {
  return JSON.parse(text, (name, value) =>
    name.endsWith('Date') && typeof value === 'string' ? new Date(value) : value,
  );
}
