import * as sdk from '@aws-sdk/client-ivs-realtime';

/** A shape as the SDK carries it: a number for what is simple, else an array whose first element says what it is. */
type Schema = unknown;

type StructureSchema = [kind: 3, namespace: string, name: string, traits: unknown, string[], Schema[], number?];

interface OperationModel {
  readonly method: string;
  readonly path: string;
  readonly input: Schema;
  readonly output: Schema;
}

type CommandClass = new (input: object) => sdk.GetStageCommand & { readonly schema: readonly unknown[] };

const exported = sdk as unknown as Readonly<Record<string, CommandClass | undefined>>;

export const operationsOfTheSdk = Object.keys(sdk).flatMap((name) => /^([A-Z]\w+)Command$/.exec(name)?.[1] ?? []);

export function errorClassOf(name: string) {
  const ErrorClass = exported[name];
  if (!ErrorClass) throw new Error(`The SDK has no ${name}`);
  return ErrorClass;
}

export function commandOf(operation: string, input: object) {
  const Command = exported[`${operation}Command`];
  if (!Command) throw new Error(`The SDK has no ${operation}`);
  return new Command(input);
}

export function modelOf(operation: string): OperationModel {
  const [, , , traits, input, output] = commandOf(operation, {}).schema;
  const [method = '', path = ''] = (traits as { http: [string, string] }).http;
  return { method, path, input: resolve(input), output: resolve(output) };
}

/** The names of a structure's members, and which of them are required: the SDK puts those first, and counts them. */
export function membersOf(structure: Schema): {
  readonly names: readonly string[];
  readonly required: readonly string[];
} {
  const [, , , , names, , requiredCount = 0] = resolve(structure) as StructureSchema;
  return { names, required: names.slice(0, requiredCount) };
}

/** Where a JSON answer does not have the SDK's shape: unknown members, missing ones, wrong types. */
export function mismatches(schema: Schema, value: unknown, path = ''): string[] {
  const shape = resolve(schema);
  if (typeof shape === 'number') return fitsSimple(shape, value) ? [] : [`${path}: ${JSON.stringify(value)}`];
  const [kind, , , , names, schemas] = shape as [number, string, string, unknown, unknown, unknown[]];
  if (kind === 1 && Array.isArray(value)) {
    return value.flatMap((item, index) => mismatches(names, item, `${path}/${index}`));
  }
  if (kind !== 3 || typeof value !== 'object' || value === null) return [`${path}: not of kind ${kind}`];
  const { names: known, required } = membersOf(shape);
  const missing = required.filter((name) => !Object.hasOwn(value, name)).map((name) => `${path}/${name} is missing`);
  const members = Object.entries(value).flatMap(([name, member]) => {
    const index = known.indexOf(name);
    return index < 0 ? [`${path}/${name} is unknown`] : mismatches(schemas[index], member, `${path}/${name}`);
  });
  return [...missing, ...members];
}

const isString = (value: unknown) => typeof value === 'string';

function fitsSimple(kind: number, value: unknown): boolean {
  if (kind === 0) return isString(value);
  if (kind === 1) return typeof value === 'number';
  if (kind === 2) return typeof value === 'boolean';
  if (kind === 5) return isString(value) && !Number.isNaN(Date.parse(String(value)));
  if (kind === 64) return Array.isArray(value) && value.every(isString);
  if (kind === 128) return typeof value === 'object' && value !== null && Object.values(value).every(isString);
  throw new Error(`An unknown kind of shape: ${kind}`);
}

/** Follows references, and takes a shape out of its traits and its name. */
function resolve(schema: Schema): Schema {
  if (typeof schema === 'function') return resolve(schema());
  if (Array.isArray(schema) && schema.length === 2) return resolve(schema[0]);
  return Array.isArray(schema) && schema[0] === 0 ? resolve(schema[4]) : schema;
}
