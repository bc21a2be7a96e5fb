import { readdirSync } from 'node:fs';
import path from 'node:path';

const tests = path.resolve('test/lambdas');
/** Each goes through thousands of orders of the AWS calls, or inputs: too long for a mutant. `npm test` has them. */
const LEFT_OUT = /every-|whole-life|planted|races|hostile/;

/** All in one file: Jest loads the modules of every test file anew, which takes longer than the tests of most mutants. */
for (const folder of ['stages', 'http']) {
  const files = readdirSync(path.join(tests, folder), { recursive: true, encoding: 'utf8' });
  const chosen = files.filter((file) => file.endsWith('.test.ts') && !LEFT_OUT.test(file));
  for (const file of chosen.sort()) await import(path.join(tests, folder, file));
}
