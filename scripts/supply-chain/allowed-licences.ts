import type { LockedPackage } from './locked-packages.ts';

/** Ask for no more than that their text travels with copies. */
const PERMISSIVE = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'ISC', 'MIT', 'MIT-0'];

/** Nothing of these is passed on: MPL-2.0 would ask for changes to its files, CC-BY-4.0 for naming the author of data. */
const FOR_TOOLS = [...PERMISSIVE, 'MPL-2.0', 'CC-BY-4.0'];

/** Without a licence that has a name. docs/dependencies.md says on what terms they are used. */
const BY_NAME: Readonly<Record<string, string>> = { 'amazon-ivs-web-broadcast': 'SEE LICENSE IN LICENSE.txt' };

/** As some packages write what SPDX calls otherwise. */
const ALIASES: Readonly<Record<string, string>> = { 'MPL 2.0': 'MPL-2.0' };

export const nameLicence = (licence: string): string => ALIASES[licence] ?? licence;

/** May its code be in what the project deploys or publishes? */
export const mayShip = (one: LockedPackage): boolean => isOneOf(PERMISSIVE, one);

/** May the project be built, tested and run locally with it? */
export const mayBeUsed = (one: LockedPackage): boolean => isOneOf(FOR_TOOLS, one);

const isOneOf = (allowed: readonly string[], { name, licence }: LockedPackage): boolean =>
  BY_NAME[name] === licence || choicesOf(nameLicence(licence)).some((choice) => allowed.includes(choice));

/** Of `(MIT OR CC0-1.0)`: both. Whatever else an SPDX expression may say is not in a list, and so not allowed. */
const choicesOf = (licence: string): readonly string[] => licence.replace(/^\((.*)\)$/, '$1').split(' OR ');
