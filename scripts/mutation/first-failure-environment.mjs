import { TestEnvironment } from 'jest-environment-node';

/** The mutant that a test has noticed. Files of one run share this module, and Stryker's run of a mutant is one process. */
let noticed;

/** One failure is enough to know that a mutant is noticed: what is left of the run is skipped. Stryker has no such option. */
export default class FirstFailureEnvironment extends TestEnvironment {
  handleTestEvent({ name, test }) {
    const mutant = process.env.__STRYKER_ACTIVE_MUTANT__;
    if (mutant === undefined) return;
    if (name === 'test_start' && noticed === mutant) test.mode = 'skip';
    if (name === 'test_done' && test.errors.length > 0) noticed = mutant;
  }
}
