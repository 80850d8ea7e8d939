import type { FastifyRequest, RouteHandlerMethod, RouteOptions } from "fastify";
import { HttpProblem } from "./problem.ts";
import { isStreamedForm } from "./routes.ts";

/** The HTTP layer enforces the limits of `httpLimits`. The operator configures the limits of the service, such as file size and expiry. */
export const httpLimits = {
  /** Parsing a body of 64 KiB takes a few milliseconds, even if an attacker chose the content. */
  jsonBodyBytes: 65_536,
  /** The limit for a body that contains the text of a note, or a list of parts. */
  largeJsonBodyBytes: 1_048_576,
  /** The maximum length in bytes of all arriving or waiting bodies above `jsonBodyBytes`. */
  largeBodiesBytes: 67_108_864,
  /** The part of `largeBodiesBytes` in bytes that one person, or all visitors of one network, can use. */
  largeBodiesOfOneBytes: 16_777_216,
  /** The time for a body that is not a form, in milliseconds. The largest body needs at least 52 kB a second. */
  bodyTimeoutMs: 20_000,
  /** The maximum number of nested levels in a JSON body. The deepest schema has three levels. */
  jsonDepth: 16,
  /** The maximum size of a page of items as JSON, in bytes. A longer page contains fewer items. */
  pageBytes: 1_048_576,
  /** The maximum number of values in a JSON body. The body that completes an upload with 10,000 parts has 30,002 values. */
  jsonValues: 32_768,
  /** The maximum number of different member names in a JSON body. */
  jsonNames: 256,
  headerBytes: 16_384,
  /** The headers of a request must be complete within `headersTimeoutMs` milliseconds. */
  headersTimeoutMs: 20_000,
  /** The server closes a connection without traffic after `idleTimeoutMs` milliseconds. The connection of a slow upload remains open. */
  idleTimeoutMs: 120_000,
  /** A client must read a whole response within `readWithinMs` milliseconds, or the server closes the connection. */
  readWithinMs: 120_000,
  /** The number of requests that a client may send on one connection before the client has read the first response. */
  pipelinedRequests: 100,
  /**
   * The time for which an idle connection remains open is longer than the idle timeouts of load balancers, so that a load balancer closes
   * first. A load balancer must not send a request on a connection that the service closes. The proxy Caddy waits for 120 seconds.
   */
  keepAliveTimeoutMs: 130_000,
  /** The maximum length of a path segment, in characters. A user id has at most 255 characters. */
  pathSegmentLength: 1_024,
  /** A form upload without progress is aborted, because it holds a buffer and quota. A slow upload may take hours. */
  formProgress: { stallMs: 30_000, rateWindowMs: 60_000, minBytesPerSecond: 1_024 },
  /** The maximum number of bytes that a form has in addition to its file: boundaries and part headers. */
  formOverheadBytes: 65_536,
  /** The time for which the service reads and drops the rest of a refused upload, so that the client can read the response. */
  lingerMs: 5_000,
  /** The interval at which the server closes idle connections during shutdown. */
  closeIdleIntervalMs: 50,
  /** During shutdown, the server closes a connection that sent no byte within half a second. */
  firstByteMs: 500,
  /** A part of the service counts as down while its probe takes longer than a second. */
  probeTimeoutMs: 1_000,
  /**
   * The pause between two probes. /readyz returns the last result. While a part hangs, the last result is older by up to `probeTimeoutMs`.
   */
  probeEveryMs: 800,
  /** The time for which the probes continue after a request for /readyz. */
  probeForMs: 10_000,
} as const;

/** The maximum number of writes of one holder that run in parallel. Each write may use a database connection. */
const WRITES_AT_ONCE = 3;
/** The maximum number of writes of one holder that wait. The service refuses further writes of the holder. */
const MAX_WAITING_WRITES = 200;
const WRITING_METHODS: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH", "DELETE"]);

type WriteTurns = ReturnType<typeof createWriteTurns>;

/**
 * Creates a queue of writes for each holder. A holder is a user, or a link with all its visitors. The writes of a holder start in order,
 * and only a few writes run in parallel. The writes of one person do not delay other people.
 * Each process of the service has separate queues.
 */
export function createWriteTurns() {
  const holders = new Map<string, { running: number; waiting: (() => void)[] }>();
  return {
    /** Runs a write, or waits until the write can run. Throws `rate_limited` if too many writes of the holder already wait. */
    async run<T>(holder: string, write: () => Promise<T>): Promise<T> {
      const turns = holders.get(holder) ?? { running: 0, waiting: [] };
      holders.set(holder, turns);
      if (turns.running < WRITES_AT_ONCE) {
        turns.running += 1;
      } else {
        if (turns.waiting.length >= MAX_WAITING_WRITES) throw tooMany();
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
  const problem = `${WRITES_AT_ONCE + MAX_WAITING_WRITES} changes are running or waiting. Wait for their responses first.`;
  return new HttpProblem("rate_limited", problem, { headers: { "Retry-After": "1" } });
}

type TurnOptions = {
  /** The queue for the writes of each holder. Without `turns`, the writes of the route do not wait. */
  turns?: { turns: WriteTurns; holderOf: (request: FastifyRequest) => string };
  /** The hook runs `check` before the handler, after the body has arrived and the request has waited for other writes. */
  check?: (request: FastifyRequest) => Promise<void>;
};

/** Creates an `onRoute` hook that queues the writes of a route. Forms do not wait, because an upload may take hours. */
export function inTurns({ turns, check = async () => undefined }: TurnOptions): (route: RouteOptions) => void {
  return (route) => {
    if (!WRITING_METHODS.has(String(route.method))) return;
    const { handler } = route;
    const run: RouteHandlerMethod = async function (request, reply) {
      // The handler of a form starts before the body of the form has arrived. If the form counted as a running write, other writes would
      // have to wait for a slow client.
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
