import type { RawTemplate } from './assembly.ts';
import { type Description, describeResource, type Environment, toLocalAddress } from './references.ts';

/** Replaces the intrinsic functions in a value of the template by what they stand for in this run. */
export type Resolve = (value: unknown) => unknown;

/** Stands for `AWS::NoValue` until the property or list element that holds it is dropped. */
const NO_VALUE = Symbol('AWS::NoValue');

export function createResolver(template: RawTemplate, environment: Environment): Resolve {
  const resolve: Resolve = (value) => {
    if (typeof value === 'string') return toLocalAddress(value, environment);
    if (Array.isArray(value)) return value.map(resolve).filter((element) => element !== NO_VALUE);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [name = '', argument] = entries[0] ?? [];
    if (entries.length === 1 && (name === 'Ref' || name.startsWith('Fn::'))) return resolveIntrinsic(name, argument);
    return Object.fromEntries(
      entries.map(([key, member]) => [key, resolve(member)]).filter(([, member]) => member !== NO_VALUE),
    );
  };

  const resolveIntrinsic = (name: string, argument: unknown): unknown => {
    switch (name) {
      case 'Ref':
        return refer(String(argument));
      case 'Fn::GetAtt':
        return getAttribute(Array.isArray(argument) ? argument.join('.') : String(argument));
      case 'Fn::Join': {
        const [separator, parts] = argument as [string, unknown];
        return resolve((resolve(parts) as unknown[]).join(separator));
      }
      case 'Fn::Sub':
        return resolve(substitute(argument));
      case 'Fn::Select': {
        const [index, list] = argument as [number | string, unknown];
        return (resolve(list) as unknown[])[Number(index)];
      }
      case 'Fn::Split': {
        const [separator, text] = argument as [string, unknown];
        return String(resolve(text)).split(separator);
      }
      default:
        throw new Error(`The template uses ${name}, which the local run does not resolve`);
    }
  };

  const refer = (name: string): unknown => {
    if (name === 'AWS::NoValue') return NO_VALUE;
    const pseudoParameter = pseudoParameters(environment)[name];
    if (pseudoParameter !== undefined) return pseudoParameter;
    const parameter = template.Parameters?.[name];
    if (parameter?.Default !== undefined) return parameter.Default;
    return describe(name).ref;
  };

  const getAttribute = (path: string): string => {
    const [logicalId = '', ...attribute] = path.split('.');
    const value = describe(logicalId).attributes?.[attribute.join('.')];
    if (value === undefined) throw new Error(`The template asks for ${path}, which the local run does not know`);
    return String(resolve(value));
  };

  const substitute = (argument: unknown): string => {
    const [text, variables = {}] = (Array.isArray(argument) ? argument : [argument]) as [
      string,
      Record<string, unknown>,
    ];
    return text.replace(/\$\{([^}]+)\}/g, (_, name: string) => {
      if (name.startsWith('!')) return `$\{${name.slice(1)}}`;
      if (name in variables) return String(resolve(variables[name]));
      return String(name.includes('.') ? getAttribute(name) : refer(name));
    });
  };

  const describe = (logicalId: string): Description => {
    const resource = template.Resources[logicalId];
    if (resource === undefined) throw new Error(`The template refers to ${logicalId}, which it does not define`);
    return describeResource(logicalId, resource, environment, resolve);
  };

  return resolve;
}

function pseudoParameters({ region, accountId, stackName }: Environment): Readonly<Record<string, string>> {
  return {
    'AWS::Region': region,
    'AWS::AccountId': accountId,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': stackName,
    'AWS::StackId': `arn:aws:cloudformation:${region}:${accountId}:stack/${stackName}/local`,
  };
}
