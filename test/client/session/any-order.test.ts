import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ApiUnreachableError } from '../../../client/api/api-errors.ts';
import type { SessionState, StageSession } from '../../../client/session/stage-session.ts';
import { type EndReason, TransportError, type TransportErrorCode } from '../../../client/transport/transport.ts';
import type { ErrorCode } from '../../../contract/errors.ts';
import type { Capability, ParticipantToken, Role } from '../../../contract/stages.ts';
import { ALL, apiError, SUBSCRIBE } from './fake-api.ts';
import { fakeTrack } from './fake-media.ts';
import { participant } from './fake-stage.ts';
import { nothing, SessionWorld } from './session-world.ts';
import { settle } from './virtual-clock.ts';

/** Something that happens to a session, of which the values are as arbitrary as the order. */
type Step = (run: Run) => unknown;

interface World {
  readonly issuedBy: ParticipantToken['issuedBy'];
  readonly lifeMs: number;
  readonly skewMs: number;
}

class Run {
  readonly world = new SessionWorld();
  readonly session: StageSession;
  /** Calls of the user that have not settled yet. */
  pending = 0;
  slow = 0;
  /** Screens and wishes may ask for tokens of their own. */
  isOneAsker = true;
  isWithoutWishes = true;
  #triesAtWaking = -1;

  constructor(world: World) {
    Object.assign(this.world.api, world);
    this.session = this.world.join({ giveUpAfterMs: 60_000 });
  }

  ask(answer: Promise<unknown>): void {
    this.pending += 1;
    const settled = () => {
      this.pending -= 1;
    };
    answer.then(settled, settled);
  }

  /** Of anything that needs the network. */
  get #tries(): number {
    return this.world.api.calls.length + this.world.stage.tries;
  }

  /** Not in the midst of what needs no time. */
  async sleep(durationMs: number, timers: 'go-on' | 'were-due'): Promise<void> {
    await settle();
    if (isOver(this.session)) return;
    this.world.clock.sleep(durationMs, timers);
    this.#triesAtWaking = this.#tries;
  }

  get hasTriedSinceWaking(): boolean {
    return this.#tries > this.#triesAtWaking;
  }

  async takeTime(delayMs: number): Promise<void> {
    this.slow += 1;
    await this.world.clock.delay(delayMs);
    this.slow -= 1;
  }

  /** Timers of the session's alone. */
  get leftBehind() {
    const { timers, ...others } = this.world.leftBehind;
    return { ...others, timers: timers - this.slow };
  }
}

const next: Readonly<Record<SessionState['name'], readonly SessionState['name'][]>> = {
  idle: ['joining', 'left', 'failed'],
  joining: ['joining', 'live', 'left', 'failed'],
  live: ['reconnecting', 'left', 'failed'],
  reconnecting: ['reconnecting', 'live', 'left', 'failed'],
  left: [],
  failed: [],
};

const capabilities: fc.Arbitrary<Capability[]> = fc.subarray([...ALL], { minLength: 1 });
const apiFailure = fc
  .tuple(
    fc.constantFrom<(ErrorCode | 'UNREACHABLE')[]>(
      'UNREACHABLE',
      'UNREACHABLE',
      'INTERNAL',
      'RATE_LIMITED',
      'UPSTREAM_THROTTLED',
      'STAGE_NOT_READY',
      'STAGE_FULL',
      'CAPABILITY_NOT_ALLOWED',
      'STAGE_INACTIVE',
    ),
    fc.integer({ min: 0, max: 8000 }),
  )
  .map(([code, retryAfterMs]) =>
    code === 'UNREACHABLE' ? new ApiUnreachableError('offline') : apiError(code, retryAfterMs),
  );
const transportFailure = fc
  .constantFrom<TransportErrorCode[]>(
    'unreachable',
    'unreachable',
    'token-expired',
    'token-malformed',
    'participant-disconnected',
    'stage-deleted',
    'stage-full',
    'exchange-refused',
  )
  .map((code) => new TransportError(code, code));

/** Fails, or answers late. */
const trouble = (failure: fc.Arbitrary<Error>): fc.Arbitrary<(run: Run) => Promise<void>> =>
  fc.oneof(
    failure.map((error) => async () => {
      throw error;
    }),
    fc.integer({ min: 0, max: 4900 }).map((delayMs) => (run: Run) => run.takeTime(delayMs)),
    fc.tuple(failure, fc.integer({ min: 0, max: 4900 })).map(([error, delayMs]) => async (run: Run) => {
      await run.takeTime(delayMs);
      throw error;
    }),
  );
const hangs = async () => new Promise<void>(() => {});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.integer({ min: 0, max: 4000 }).map(
      (ms): Step =>
        ({ world }) =>
          world.clock.pass(ms),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.integer({ min: 0, max: 40_000 }).map(
      (ms): Step =>
        ({ world }) =>
          world.clock.pass(ms),
    ),
  },
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom('issuing' as const, 'exchanging' as const, 'getting' as const), trouble(apiFailure))
      .map(
        ([queue, behaviour]): Step =>
          (run) =>
            run.world.api[queue].push(() => behaviour(run)),
      ),
  },
  {
    weight: 1,
    arbitrary: fc.constant<Step>(({ world }) =>
      world.api.exchanging.push(() => {
        throw apiError('TOKEN_REFUSED');
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('getting' as const, 'opening' as const).map(
      (queue): Step =>
        ({ world }) =>
          world.api[queue].push(hangs),
    ),
  },
  {
    weight: 6,
    arbitrary: fc
      .tuple(
        fc.constantFrom('connecting' as const, 'publishing' as const, 'exchanging' as const),
        fc.oneof({ weight: 5, arbitrary: trouble(transportFailure) }, { weight: 1, arbitrary: fc.constant(hangs) }),
        fc.integer({ min: 0, max: 1 }),
      )
      .map(
        ([queue, behaviour]): Step =>
          (run) =>
            run.world.stage[queue].push(() => behaviour(run)),
      ),
  },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 19_000, max: 50_000 }).map(
      (ms): Step =>
        (run) =>
          run.world.stage.connecting.push(() => run.takeTime(ms)),
    ),
  },
  {
    weight: 5,
    arbitrary: fc
      .constantFrom<EndReason[]>('connection-lost', 'connection-lost', 'exchange-refused', 'stage-deleted')
      .map(
        (reason): Step =>
          ({ world }) =>
            world.stage.connections.at(-1)?.end(reason),
      ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<EndReason[]>('token-reused', 'participant-disconnected').map(
      (reason): Step =>
        ({ world }) =>
          world.stage.connections.at(-1)?.end(reason),
    ),
  },
  {
    weight: 5,
    arbitrary: fc.tuple(fc.constantFrom('onInterrupted' as const, 'onResumed' as const), fc.nat({ max: 2 })).map(
      ([event, age]): Step =>
        ({ world }) =>
          world.stage.connections.at(-1 - age)?.options.listener[event](),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.nat({ max: 2 }).map(
      (age): Step =>
        ({ world }) => {
          const listener = world.stage.connections.at(-1 - age)?.options.listener;
          listener?.onTracks('participant-of-grace', [fakeTrack('audio')]);
          listener?.onParticipant(participant());
          listener?.onPublishFailed(new TransportError('unreachable', 'ICE failed'));
        },
    ),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.constantFrom<Role[]>('host', 'guest', 'viewer'),
        fc.constantFrom(ALL, SUBSCRIBE, ALL.slice(1), ALL.slice(0, 3)),
      )
      .map(
        ([role, allowed]): Step =>
          ({ world }) =>
            Object.assign(world.api, { role, capabilities: allowed }),
      ),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.integer({ min: 100_000, max: 36_000_000 }), fc.constantFrom('go-on' as const, 'were-due' as const))
      .map(
        ([durationMs, timers]): Step =>
          (run) =>
            run.sleep(durationMs, timers),
      ),
  },
  { weight: 4, arbitrary: fc.constant<Step>(({ world }) => world.beOnline()) },
  {
    weight: 6,
    arbitrary: fc.subarray(['audio', 'video'] as const, { minLength: 1 }).map(
      (kinds): Step =>
        (run) =>
          run.ask(run.session.publish(run.world.open(kinds))),
    ),
  },
  { weight: 2, arbitrary: fc.constant<Step>((run) => run.ask(run.session.unpublish())) },
  {
    weight: 2,
    arbitrary: fc.boolean().map(
      (muted): Step =>
        ({ session }) =>
          session.setMuted('audio', muted),
    ),
  },
  { weight: 2, arbitrary: fc.constant<Step>(({ world }) => world.media.at(-1)?.useDevice('video')) },
  { weight: 1, arbitrary: fc.constant<Step>(({ world }) => world.media.at(-1)?.stop()) },
  {
    weight: 2,
    arbitrary: fc.constant<Step>((run) => {
      run.isOneAsker = false;
      run.ask(run.session.shareScreen());
    }),
  },
  {
    weight: 3,
    arbitrary: capabilities.map(
      (wanted): Step =>
        (run) => {
          run.isOneAsker = false;
          run.isWithoutWishes = false;
          run.ask(run.session.setCapabilities(wanted));
        },
    ),
  },
  { weight: 1, arbitrary: fc.constant<Step>((run) => run.ask(run.session.leave())) },
);

/** Steps follow each other at once, after some microtasks, or after all of them. */
const pause = fc.oneof(fc.nat({ max: 12 }), fc.constant(null));

async function rest(ticks: number | null): Promise<void> {
  if (ticks === null) await settle();
  else for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve();
}

function heal({ world }: Run): void {
  const { api, stage } = world;
  for (const queue of [api.getting, api.issuing, api.exchanging, api.opening]) queue.length = 0;
  for (const queue of [stage.connecting, stage.publishing, stage.exchanging]) queue.length = 0;
  Object.assign(api, { role: 'host', capabilities: ALL });
  world.beOnline();
}

function expectLegal({ world, isOneAsker, hasTriedSinceWaking }: Run): void {
  const names = ['idle' as const, ...world.states.map(({ name }) => name)];
  for (const [index, name] of names.slice(1).entries()) expect(next[names[index] ?? 'idle']).toContain(name);
  expect(world.states).not.toContainEqual(expect.objectContaining({ reason: 'internal' }));
  expect(world.stage.mostAtOnce).toBeLessThanOrEqual(1);
  expect(world.api.mostAtOnce.exchanging).toBeLessThanOrEqual(1);
  if (world.states.some((state) => state.name === 'failed' && state.reason === 'unreachable')) {
    expect(hasTriedSinceWaking).toBe(true);
  }
  if (isOneAsker) expect(world.api.mostAtOnce.issuing).toBeLessThanOrEqual(1);
}

function expectLive({ world, session, pending, isWithoutWishes }: Run): void {
  expect(session.state).toEqual({ name: 'live' });
  if (isWithoutWishes) expect(session.capabilities).toEqual(ALL);
  expect(pending).toBe(0);
  const own = world.stage.present.find(({ options }) => options.subscribeTo(participant()).length > 0);
  const tracks = session.published?.tracks.filter(({ readyState }) => readyState === 'live') ?? [];
  const allowed = tracks.filter(({ kind }) =>
    session.capabilities.includes(kind === 'audio' ? 'PUBLISH_AUDIO' : 'PUBLISH_VIDEO'),
  );
  if (own !== undefined) expect(new Set(own.published)).toEqual(new Set(allowed));
}

async function expectNothingLeft(run: Run): Promise<void> {
  await settle();
  expect(run.leftBehind).toEqual(nothing);
}

const isOver = ({ state }: StageSession) => state.name === 'left' || state.name === 'failed';

async function runInOrder(world: World, steps: readonly (readonly [Step, number | null])[]): Promise<void> {
  const run = new Run(world);
  for (const [happen, ticks] of steps) {
    await happen(run);
    await rest(ticks);
    if (isOver(run.session)) await expectNothingLeft(run);
  }
  heal(run);
  // An old answer may still be on its way, and the end it brings has to be got over as well.
  await run.world.clock.pass(130_000);
  expectLegal(run);
  if (!isOver(run.session)) expectLive(run);
  await run.session.leave();
  await expectNothingLeft(run);
  await run.world.clock.pass(130_000);
  expect(run.pending).toBe(0);
  await expectNothingLeft(run);
  expectLegal(run);
}

const anyWorld: fc.Arbitrary<World> = fc.record({
  issuedBy: fc.constantFrom('key-pair', 'key-pair', 'ivs-api'),
  lifeMs: fc.constantFrom(3_600_000, 900_000, 40_000),
  skewMs: fc.constantFrom(0, 0, -3_600_000, 3_600_000),
});

describe('a session', () => {
  it('is never stuck, leaves nothing behind and keeps to its states, whatever happens in whatever order', async () => {
    await fc.assert(fc.asyncProperty(anyWorld, fc.array(fc.tuple(step, pause), { maxLength: 40 }), runInOrder), {
      numRuns: 1800,
    });
  }, 60_000);

  it('leaves nothing behind when it is left at any moment', async () => {
    const leave: Step = (run) => run.ask(run.session.leave());
    const steps = fc.array(fc.tuple(step, pause), { maxLength: 15 });
    await fc.assert(
      fc.asyncProperty(anyWorld, steps, pause, steps, (world, before, ticks, after) =>
        runInOrder(world, [...before, [leave, ticks], ...after]),
      ),
      { numRuns: 900 },
    );
  }, 60_000);
});
