export type Matches = (event: unknown) => boolean;

/** An event pattern of EventBridge, as far as it compares by equality. Any other way of matching throws and is named. */
export function compilePattern(pattern: object, path: readonly string[] = []): Matches {
  const fields = Object.entries(pattern).map(([name, expected]) => ({
    name,
    matches: compileField(expected, [...path, name]),
  }));
  if (fields.length === 0)
    throw new Error(`the event pattern${path.length > 0 ? ` at ${path.join('.')}` : ''} is empty`);
  return (event) => fields.every(({ name, matches }) => valuesOf(event, name).some(matches));
}

function compileField(expected: unknown, path: readonly string[]): Matches {
  if (path.at(-1) === '$or') throw unknownMatcher('$or', path.slice(0, -1));
  if (Array.isArray(expected)) return compileValues(expected, path);
  if (typeof expected === 'object' && expected !== null) return compilePattern(expected, path);
  throw new Error(`the event pattern at ${path.join('.')} is neither a list nor an object`);
}

function compileValues(expected: readonly unknown[], path: readonly string[]): Matches {
  if (expected.length === 0) throw new Error(`the event pattern at ${path.join('.')} lists no value`);
  const matcher = expected.find((value) => typeof value === 'object' && value !== null);
  if (matcher !== undefined) throw unknownMatcher(Object.keys(matcher).join(), path);
  return (value) => expected.includes(value);
}

function unknownMatcher(name: string, path: readonly string[]): Error {
  return new Error(`the event pattern at ${path.join('.') || 'its root'} uses ${name}, which is not emulated`);
}

/** Of a list in the event, one matching element is enough; a field that is missing matches nothing, not even null. */
function valuesOf(event: unknown, name: string): readonly unknown[] {
  if (typeof event !== 'object' || event === null || !Object.hasOwn(event, name)) return [];
  const value: unknown = (event as Readonly<Record<string, unknown>>)[name];
  return Array.isArray(value) ? value : [value];
}
