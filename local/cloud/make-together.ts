/** When one fails the others are stopped, and all have ended when this throws: nobody writes anything any more. */
export async function makeTogether(
  makes: readonly ((signal: AbortSignal) => Promise<void>)[],
  signal?: AbortSignal,
): Promise<void> {
  const failure = new AbortController();
  const stop = signal === undefined ? failure.signal : AbortSignal.any([signal, failure.signal]);
  const work = makes.map((make) => make(stop));
  try {
    await Promise.all(work);
  } catch (error) {
    failure.abort();
    await Promise.allSettled(work);
    throw error;
  }
}
