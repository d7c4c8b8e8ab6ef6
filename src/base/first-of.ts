/** RFC 8305 §5: so much of a head start has each attempt before the next. */
const HEAD_START_MS = 250;

export interface FirstOfOptions<C, T> {
  /** Begins an attempt; `signal` aborts when another one has won. */
  readonly attempt: (candidate: C, signal: AbortSignal) => Promise<T>;
  /** Lets go of what a later attempt brought. */
  readonly discard: (value: T) => void;
  readonly signal: AbortSignal;
  /** Default 250. */
  readonly headStartMs?: number;
}

/**
 * The first candidate that works out. Each has a head start before the next and loses it by failing: one that keeps silent
 * does not cost the others their turn. Throws an `AggregateError` of all failures if none works out.
 */
export async function firstOf<C, T>(candidates: readonly C[], options: FirstOfOptions<C, T>): Promise<T> {
  const { attempt, discard, signal, headStartMs = HEAD_START_MS } = options;
  const waiting = [...candidates];
  const failures: unknown[] = [];
  const won = new AbortController();
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  let timer: NodeJS.Timeout | undefined;

  const onValue = (value: T) => {
    if (won.signal.aborted) return discard(value);
    clearTimeout(timer);
    resolve(value);
    won.abort();
  };
  const onFailure = (error: unknown) => {
    failures.push(error);
    if (failures.length === candidates.length) reject(new AggregateError(failures));
    else if (!won.signal.aborted) next();
  };
  const next = () => {
    clearTimeout(timer);
    const [candidate] = waiting.splice(0, 1);
    if (candidate === undefined) return;
    timer = setTimeout(next, headStartMs);
    attempt(candidate, AbortSignal.any([signal, won.signal])).then(onValue, onFailure);
  };
  if (candidates.length === 0) reject(new AggregateError([]));
  else next();
  return promise;
}
