import { fileURLToPath } from 'node:url';
import { DEMO_PASSWORD } from '../../local/cloud/demo-users.ts';
import { ROOT } from './root.ts';

/** What belongs to one machine, or to the local run, and says more than a deployment should. */
export const findLeaks = (text: string): readonly string[] =>
  Object.entries({
    'this machine’s folder': fileURLToPath(ROOT),
    'the demo users’ password': DEMO_PASSWORD,
    'a link to a source map': '# sourceMappingURL=',
  })
    .filter(([, words]) => text.includes(words))
    .map(([what]) => what);
