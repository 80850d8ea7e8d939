import type { FastifyRequest, RouteHandlerMethod, RouteOptions } from "fastify";
import { HttpProblem } from "./problem.ts";
import { isStreamedForm } from "./routes.ts";

/** The limits of the HTTP layer. The operator configures other limits of the service, such as file sizes and expiries. */
export const httpLimits = {
  /** The maximum size of most JSON bodies. The service parses 64 KiB in a few milliseconds, whatever an attacker sends. */
  jsonBodyBytes: 65_536,
  /** The maximum size of a body with the text of a note or a list of parts. */
  largeJsonBodyBytes: 1_048_576,
  /** The maximum bytes of all bodies above `jsonBodyBytes` that are arriving or waiting. */
  largeBodiesBytes: 67_108_864,
  /** The part of `largeBodiesBytes` that one person, or all visitors of one network, can use. */
  largeBodiesOfOneBytes: 16_777_216,
  /** The time limit for a body that is not a form, in milliseconds. The largest body then needs at least 52 kB a second. */
  bodyTimeoutMs: 20_000,
  /** The maximum number of nested levels in a JSON body. The deepest schema has three levels. */
  jsonDepth: 16,
  /** The maximum size of a page of items as JSON, in bytes. A longer page is cut to fewer items. */
  pageBytes: 1_048_576,
  /** The maximum number of values in a JSON body. The completion of an upload with 10,000 parts has 30,002 values. */
  jsonValues: 32_768,
  jsonNames: 256,
  headerBytes: 16_384,
  /** The time limit for the headers of a request, in milliseconds. */
  headersTimeoutMs: 20_000,
  /** The time without traffic after which the server closes a connection, in milliseconds. A slow upload still has traffic. */
  idleTimeoutMs: 120_000,
  /** The time limit for a client to read a whole response, in milliseconds. The server then closes the connection. */
  readWithinMs: 120_000,
  /** The number of requests that a client may send on one connection before it has read the first response. */
  pipelinedRequests: 100,
  /**
   * The time for which an idle connection remains open. This time is longer than the idle timeouts of load balancers, so that a load
   * balancer closes the connection first, and sends no request on a closed connection. Caddy waits for 120 seconds.
   */
  keepAliveTimeoutMs: 130_000,
  /** The maximum length of a path segment, in characters. A user id has at most 255 characters. */
  pathSegmentLength: 1_024,
  /** A form upload with less progress is aborted, because it holds a buffer and quota. A slow upload may take hours. */
  formProgress: { stallMs: 30_000, rateWindowMs: 60_000, minBytesPerSecond: 1_024 },
  /** The maximum number of bytes that a form has in addition to its file: boundaries and part headers. */
  formOverheadBytes: 65_536,
  /** The time for which the service reads and drops the rest of a refused upload, so that the client can read the response. */
  lingerMs: 5_000,
  /** The interval at which the server closes idle connections during shutdown. */
  closeIdleIntervalMs: 50,
  /** During shutdown, the server closes a connection that sends no byte within this time. */
  firstByteMs: 500,
  /** The time after which a part of the service with a running probe counts as down. */
  probeTimeoutMs: 1_000,
  /** The pause between two probes. /readyz returns the last result, which is older by up to `probeTimeoutMs` while a probe hangs. */
  probeEveryMs: 800,
  /** The time for which the probes continue after a request for /readyz. */
  probeForMs: 10_000,
} as const;

/** The maximum number of parallel writes of one holder. Each write may use a database connection. */
const WRITES_AT_ONCE = 3;
/** The maximum number of waiting writes of one holder. Further writes are refused. */
const MAX_WAITING_WRITES = 200;
const WRITING_METHODS: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH", "DELETE"]);

type WriteTurns = ReturnType<typeof createWriteTurns>;

/**
 * Creates a queue of writes for each holder, which is a user, or a link with all its visitors. The writes of a holder start in order, and
 * only a few run in parallel, so they do not delay other people. Each process of the service has its own queues.
 */
export function createWriteTurns() {
  const holders = new Map<string, { running: number; waiting: (() => void)[] }>();
  return {
    /** Runs a write when the queue permits. Throws `rate_limited` if too many writes of the holder already wait. */
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
  /** The queues of writes, and the holder of a request. Default: the writes of the route do not wait. */
  turns?: { turns: WriteTurns; holderOf: (request: FastifyRequest) => string };
  /** Runs before the handler, after the body has arrived and the request has waited for other writes. */
  check?: (request: FastifyRequest) => Promise<void>;
};

/** Creates an `onRoute` hook that queues the writes of a route. Forms do not wait, because an upload may take hours. */
export function inTurns({ turns, check = async () => undefined }: TurnOptions): (route: RouteOptions) => void {
  return (route) => {
    if (!WRITING_METHODS.has(String(route.method))) return;
    const { handler } = route;
    const run: RouteHandlerMethod = async function (request, reply) {
      // The handler of a form starts before the body has arrived. If the form counted as a running write, other writes would have to wait
      // for a slow client.
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
