import type { FastifyRequest, RouteHandlerMethod, RouteOptions } from "fastify";
import { isStreamedForm } from "./limit-body-time.ts";
import { HttpProblem } from "./problem.ts";

/** The maximum number of writes of one holder that run at the same time. Each write may use a database connection. */
const AT_ONCE = 3;
/** The maximum number of writes of one holder that wait. The service refuses further writes. */
const MAX_WAITING = 200;
const WRITES: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH", "DELETE"]);

export type WriteTurns = ReturnType<typeof createWriteTurns>;

/**
 * Creates a queue of writes for each holder. A holder is a user, or a link with all its visitors. The writes of a holder start in order,
 * and only a few run at the same time. So one person does not delay other people.
 * Each process has its own queues.
 */
export function createWriteTurns() {
  const holders = new Map<string, { running: number; waiting: (() => void)[] }>();
  return {
    /** Runs a write, or waits until it can run. Throws `rate_limited` if too many writes of the holder wait already. */
    async run<T>(holder: string, write: () => Promise<T>): Promise<T> {
      const turns = holders.get(holder) ?? { running: 0, waiting: [] };
      holders.set(holder, turns);
      if (turns.running < AT_ONCE) {
        turns.running += 1;
      } else {
        if (turns.waiting.length >= MAX_WAITING) throw tooMany();
        await new Promise<void>((resolve) => turns.waiting.push(resolve));
      }
      try {
        return await write();
      } finally {
        const next = turns.waiting.shift();
        if (next === undefined) turns.running -= 1;
        else next();
        if (turns.running === 0) holders.delete(holder);
      }
    },
  };
}

function tooMany(): HttpProblem {
  const problem = `${AT_ONCE + MAX_WAITING} changes are running or waiting. Wait for their responses first.`;
  return new HttpProblem("rate_limited", problem, { headers: { "Retry-After": "1" } });
}

type Options = {
  /** The queue for the writes of each holder. Default: the writes of the route do not wait. */
  turns?: { turns: WriteTurns; holderOf: (request: FastifyRequest) => string };
  /** Runs before the handler, after the body has arrived and the request has waited for other writes. */
  check?: (request: FastifyRequest) => Promise<void>;
};

/**
 * Creates an `onRoute` hook that lets the writes of a route wait for each other. Forms do not wait, because the upload of a file may take
 * hours.
 */
export function inTurns({ turns, check = async () => undefined }: Options): (route: RouteOptions) => void {
  return (route) => {
    if (!WRITES.has(String(route.method))) return;
    const { handler } = route;
    const run: RouteHandlerMethod = async function (request, reply) {
      // The body of a form has not arrived yet. If the form counted as a running write, other writes would have to wait for a slow client.
      if (isStreamedForm(request)) return handler.call(this, request, reply);
      const write = async () => {
        await check(request);
        return handler.call(this, request, reply);
      };
      return turns === undefined ? write() : turns.turns.run(turns.holderOf(request), write);
    };
    route.handler = run;
  };
}
