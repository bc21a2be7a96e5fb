/** One long form: what it asks, and the commands that try it and leave its figures by `recordProof`. */
export interface Part {
  /** Names its figures and its log in `.local/proof`. */
  readonly name: string;
  readonly title: string;
  /** What is true if it passes. */
  readonly promise: string;
  /** Arguments of Node, from the project's root; one after the other, while they succeed. */
  readonly commands: readonly (readonly string[])[];
}

const jest = (...args: readonly string[]): readonly string[] => [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
  '--maxWorkers=1',
  ...args,
];

const histories: Part = {
  name: 'histories',
  title: 'Every order of the AWS calls',
  promise:
    'Whatever order the calls of two or three processes come in, and wherever one of them dies: one stage a user.',
  commands: [jest('test/lambdas/stages/every-history')],
};

const ingestHistories: Part = {
  name: 'ingest-histories',
  title: 'Every order of the AWS calls for ingests',
  promise: 'The same for ingests: one at most, and none in IVS that nobody names.',
  commands: [jest('test/lambdas/stages/ingest/every-ingest-history')],
};

const lives: Part = {
  name: 'lives',
  title: 'Lives of stages',
  promise:
    'Random sequences of visits, publishing, moderation, clean-ups and time, with crashes, pauses, lost answers and lost, late and doubled events, come to rest with every promise kept.',
  commands: [jest('test/lambdas/stages/whole-life')],
};

const systemLives: Part = {
  name: 'system-lives',
  title: 'Lives of stages on the local run',
  promise: 'The same with the real bundles and the real AWS SDK, against services that behave like AWS at its worst.',
  commands: [jest('test/system/whole-life')],
};

const faults: Part = {
  name: 'faults',
  title: 'Faults at every AWS call',
  promise:
    'Every call of every use case, met by every kind of fault, ends as designed, and the natural repeat mends it.',
  commands: [jest('test/faults')],
};

const privileges: Part = {
  name: 'privileges',
  title: 'Least privilege, both ways',
  promise:
    'Every grant is used by a test or by AWS itself, every call is granted, and nobody else may invoke a function or send to a queue.',
  // The other system tests are parts of their own, and come before.
  commands: [
    jest('--selectProjects=system', '--testPathIgnorePatterns=whole-life|hostile-input|cloud-check'),
    ['scripts/check-privileges.ts'],
  ],
};

const hostileInput: Part = {
  name: 'hostile-input',
  title: 'Hostile input at the handlers',
  promise: 'No input is answered with 500, and none crosses to what belongs to another user.',
  commands: [jest('test/hostile')],
};

const hostileRequests: Part = {
  name: 'hostile-requests',
  title: 'Hostile requests over HTTP',
  promise: 'The same through API Gateway’s authorizer and routes as the local run has them.',
  commands: [jest('test/system/hostile-input')],
};

const emulatorFuzz: Part = {
  name: 'emulator-fuzz',
  title: 'Random requests to the emulator',
  promise: 'The IVS emulator answers whatever it is sent in the manner of AWS.',
  commands: [jest('test/local/ivs/fuzz')],
};

const soak: Part = {
  name: 'soak',
  title: 'The media plane for two minutes',
  promise: 'Joining and leaving go on without loss, and without memory growing.',
  commands: [['test/browser/soak.ts']],
};

const load: Part = {
  name: 'load',
  title: 'A mixed load',
  promise: 'At the highest rate that the machine carries nothing fails and no work is lost.',
  commands: [['bench/run.ts', 'load']],
};

const supplyChain: Part = {
  name: 'supply-chain',
  title: 'What comes from elsewhere',
  promise: 'Packages are pinned, of allowed licences, and bundles hold nothing that they should not.',
  commands: [jest('test/supply-chain')],
};

const cloudCheck: Part = {
  name: 'cloud-check',
  title: 'The check of a deployment',
  promise: '`npm run test:cloud` passes on the local run. It says which open questions about AWS it can answer.',
  commands: [jest('test/system/cloud-check')],
};

/** In the order of the report. */
export const parts: readonly Part[] = [
  histories,
  ingestHistories,
  lives,
  systemLives,
  faults,
  privileges,
  hostileInput,
  hostileRequests,
  emulatorFuzz,
  soak,
  load,
  supplyChain,
  cloudCheck,
];

/** What runs beside each other: a lane for each of two cores. Then what is measured, on a machine that does nothing else. */
export const rounds: readonly (readonly (readonly Part[])[])[] = [
  [
    [faults, emulatorFuzz],
    [
      hostileInput,
      lives,
      histories,
      ingestHistories,
      supplyChain,
      cloudCheck,
      hostileRequests,
      systemLives,
      privileges,
    ],
  ],
  [[load, soak]],
];
