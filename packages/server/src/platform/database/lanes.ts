import { AsyncLocalStorage } from "node:async_hooks";
import { DomainError } from "../errors.ts";

/**
 * The maximum number of connections for the transactions of one lane. More transactions would only wait for the same row lock, and the pool
 * is small.
 */
const AT_ONCE = 3;
/** The maximum wait for a turn, which is the same as for a connection of a full pool. */
const WAIT_MS = 1_500;

type Lane = { running: number; waiting: Set<() => void> };

const current = new AsyncLocalStorage<string>();
const lanes = new Map<string, Lane>();

/**
 * Runs a call with a transaction that locks the same row as other calls with the same name, such as the usage of a tenant. On PostgreSQL,
 * the transactions of one lane wait for each other without a connection, so that other calls find a free connection.
 */
export function inLane<T>(name: string, run: () => T): T {
  return current.run(name, run);
}

/**
 * Runs a transaction when its lane has a free turn, or immediately without a lane. Throws `database_unavailable` after a wait of 1.5
 * seconds.
 */
export async function takeTurn<T>(run: () => Promise<T>): Promise<T> {
  const name = current.getStore();
  if (name === undefined) return run();
  const lane = lanes.get(name) ?? { running: 0, waiting: new Set() };
  lanes.set(name, lane);
  if (lane.running < AT_ONCE) lane.running += 1;
  else await waitIn(lane);
  try {
    return await run();
  } finally {
    const [next] = lane.waiting;
    // The next transaction takes over the turn.
    if (next !== undefined) next();
    else lane.running -= 1;
    if (lane.running === 0) lanes.delete(name);
  }
}

function waitIn({ waiting }: Lane): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = () => {
    clearTimeout(timer);
    waiting.delete(begin);
  };
  const begin = () => {
    stop();
    resolve();
  };
  const timer = setTimeout(() => {
    stop();
    reject(
      new DomainError("database_unavailable", "Too many calls wait for this item or tenant. Try again in a moment."),
    );
  }, WAIT_MS);
  waiting.add(begin);
  return promise;
}
