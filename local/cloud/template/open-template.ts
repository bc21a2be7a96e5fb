import type { RawResource, RawTemplate } from './assembly.ts';
import type { Environment } from './references.ts';
import { createResolver, type Resolve } from './resolve.ts';
import { ignoredTypes, type Properties, type ResourceType, resourceTypes } from './resource-types.ts';

export interface Resource<Type extends ResourceType> {
  readonly logicalId: string;
  /** What `Ref` gives: the id or name by which other resources know it. */
  readonly ref: string;
  readonly properties: Properties<Type>;
}

/** A template whose resources can be asked for by type, resolved and checked. */
export interface Template {
  readonly resolve: Resolve;
  readonly arnOf: (logicalId: string) => string;
  resources<Type extends ResourceType>(type: Type): readonly Resource<Type>[];
}

export function openTemplate(raw: RawTemplate, environment: Environment): Template {
  const resolve = createResolver(raw, environment);
  for (const [logicalId, resource] of Object.entries(raw.Resources)) assertKnown(logicalId, resource);
  return {
    resolve,
    arnOf: (logicalId) => String(resolve({ 'Fn::GetAtt': [logicalId, 'Arn'] })),
    resources: (type) =>
      Object.entries(raw.Resources)
        .filter(([, resource]) => resource.Type === type)
        .map(([logicalId, resource]) => ({
          logicalId,
          ref: String(resolve({ Ref: logicalId })),
          properties: readProperties(type, logicalId, resource, resolve),
        })),
  };
}

function assertKnown(logicalId: string, { Type: type, Condition: condition }: RawResource): void {
  if (ignoredTypes.has(type)) return;
  if (!(type in resourceTypes)) throw new Error(`${logicalId} is a ${type}, which the local run does not emulate`);
  if (condition !== undefined)
    throw new Error(`${logicalId} (${type}) has a Condition, which the local run does not know`);
}

function readProperties<Type extends ResourceType>(
  type: Type,
  logicalId: string,
  resource: RawResource,
  resolve: Resolve,
): Properties<Type> {
  const { actsOn, leavesAside } = resourceTypes[type];
  const entries = Object.entries(resource.Properties ?? {}).filter(([name]) => !leavesAside.includes(name));
  const parsed = actsOn.safeParse(resolve(Object.fromEntries(entries)));
  if (parsed.success) return parsed.data as Properties<Type>;
  const problems = parsed.error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '));
  throw new Error(`${logicalId} (${type}) cannot be run locally: ${problems.join('; ')}`);
}
