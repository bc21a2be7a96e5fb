import type { PageFile } from '../../scripts/supply-chain/page-contents.ts';
import { findLeaks } from './find-leaks.ts';

/** Of the page and of the client that it is a customer of, or of packages. `__vite-…` are empty stand-ins for Node's. */
const ALLOWED_SOURCE = /^(web\/|client\/|contract\/|(.*\/)?node_modules\/|__vite-)/;
/** Loaded when somebody joins a stage: the one of the two that `config.json` asks for. */
const LOADED_LATER = /(from|import) ?["']\.\/(emulator|ivs-transport|amazon-ivs-web-broadcast)-/;

/** Whatever is in the page and should not be. */
export const findExcessInPage = (files: readonly PageFile[]): readonly string[] =>
  files.flatMap(({ name, text, sources }) => [
    ...sources.filter((source) => !ALLOWED_SOURCE.test(source)),
    ...findLeaks(text).map((leak) => `${name}: ${leak}`),
    ...(name.includes('index') && LOADED_LATER.test(text) ? [`${name} loads what is for later`] : []),
  ]);

export interface Notice {
  /** `name version` */
  readonly title: string;
  readonly text: string;
}

/** The parts of the file with others' licences, as Vite writes it. */
export const readNotices = (file: string): readonly Notice[] =>
  file
    .split(/^## (?=\S+ - \d+\.\d+\.\d+ \()/m)
    .slice(1)
    .map((part) => {
      const [title = '', ...text] = part.split('\n');
      return { title: title.replace(/^(\S+) - (\S+) .*$/, '$1 $2'), text: text.join('\n').trim() };
    });
