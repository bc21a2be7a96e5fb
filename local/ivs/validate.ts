import type {
  Constraint,
  MapConstraint,
  NumberConstraint,
  StringConstraint,
  Structure,
  ValueOf,
} from './constraints.ts';
import { notEmulated, validationFailed } from './errors.ts';

/**
 * Throws one ValidationException that names every violation, but repeats no value: some are secret.
 * Members that the shape does not know pass, as on AWS.
 */
export function validate<C extends Constraint>(constraint: C, input: unknown): ValueOf<C> {
  const violations = check(constraint, input, '');
  if (violations.length > 0) {
    const count = violations.length === 1 ? '1 validation error' : `${violations.length} validation errors`;
    throw validationFailed(`${count} detected: ${violations.join('; ')}`);
  }
  return input as ValueOf<C>;
}

function check(constraint: Constraint, value: unknown, path: string): string[] {
  switch (constraint.type) {
    case 'string':
      return checkString(constraint, value, path);
    case 'integer':
    case 'number':
      return checkNumber(constraint, value, path);
    case 'boolean':
      return typeof value === 'boolean' ? [] : [violation(path, 'be a boolean')];
    case 'list':
      return checkList(constraint.item, constraint.maxItems, value, path);
    case 'map':
      return checkMap(constraint, value, path);
    case 'structure':
      return checkStructure(constraint, value, path);
    case 'not-emulated':
      throw notEmulated(`The member ${path}`);
  }
}

function checkString(constraint: StringConstraint, value: unknown, path: string): string[] {
  if (typeof value !== 'string') return [violation(path, 'be a string')];
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern, oneOf } = constraint;
  const length = [...value].length;
  const violations: string[] = [];
  if (length < minLength || length > maxLength) violations.push(violation(path, lengthBetween(minLength, maxLength)));
  if (pattern && !pattern.test(value)) {
    violations.push(violation(path, `satisfy regular expression pattern: ${pattern.source}`));
  }
  if (oneOf && !oneOf.includes(value)) violations.push(violation(path, `satisfy enum value set: ${oneOf}`));
  return violations;
}

function checkNumber({ type, min, max }: NumberConstraint, value: unknown, path: string): string[] {
  const isNumber = type === 'integer' ? Number.isInteger(value) : typeof value === 'number';
  const isWithin = isNumber && Number(value) >= min && Number(value) <= max;
  return isWithin ? [] : [violation(path, `be ${aKindOf[type]} between ${min} and ${max}, inclusive`)];
}

const aKindOf = { integer: 'an integer', number: 'a number' } as const;

function checkList(item: Constraint, maxItems: number, value: unknown, path: string): string[] {
  if (!Array.isArray(value)) return [violation(path, 'be a list')];
  if (value.length > maxItems) return [violation(path, lengthBetween(0, maxItems))];
  return Array.from(value).flatMap((element, index) => check(item, element, `${path}/${index}`));
}

function checkMap(constraint: MapConstraint, value: unknown, path: string): string[] {
  if (!isObject(value)) return [violation(path, 'be a map')];
  const { maxEntries = Number.POSITIVE_INFINITY, maxTotalBytes = Number.POSITIVE_INFINITY } = constraint;
  const entries = Object.entries(value);
  if (entries.length > maxEntries) return [violation(path, lengthBetween(0, maxEntries))];
  const violations = entries.flatMap(([key, entryValue]) => [
    ...check(constraint.key, key, `${path}/key`),
    ...check(constraint.value, entryValue, `${path}/value`),
  ]);
  if (violations.length > 0) return violations;
  const totalBytes = Buffer.byteLength(entries.flat().join(''));
  return totalBytes > maxTotalBytes ? [violation(path, `have at most ${maxTotalBytes} bytes in total`)] : [];
}

function checkStructure(shape: Structure, value: unknown, path: string): string[] {
  if (!isObject(value)) return [violation(path, 'be a structure')];
  const violations = Object.entries(shape.members).flatMap(([name, constraint]) => {
    const memberPath = `${path}/${name}`;
    if (Object.hasOwn(value, name)) return check(constraint, value[name], memberPath);
    return constraint.required ? [violation(memberPath, 'not be null')] : [];
  });
  return [...violations, ...checkExclusive(shape, value, path), ...checkClosed(shape, value, path)];
}

function checkExclusive({ atMostOneOf = [] }: Structure, value: object, path: string): string[] {
  const given = atMostOneOf.filter((name) => Object.hasOwn(value, name));
  return given.length > 1 ? [violation(path, `have only one of ${given}`)] : [];
}

function checkClosed({ members, closed }: Structure, value: object, path: string): string[] {
  if (!closed) return [];
  const unknown = Object.keys(value).filter((name) => !Object.hasOwn(members, name));
  return unknown.map((name) => violation(`${path}/${name}`, 'not be there'));
}

function violation(path: string, demand: string): string {
  return `Value at '${path}' failed to satisfy constraint: Member must ${demand}`;
}

function lengthBetween(min: number, max: number): string {
  return `have length between ${min} and ${max}, inclusive`;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
