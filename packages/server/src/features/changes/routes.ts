import { Changes, ChangesQuery } from "@valetkey/contract";
import type { FastifyRequest } from "fastify";
import { type App, operations, type RouteDeps } from "../../platform/http/routes.ts";
import { callerOf } from "../access/caller.ts";
import type { ChangeVerbs, createStreams } from "./index.ts";

const STREAM = "text/event-stream";

const schemas = operations("changes", {
  findChanges: {
    summary: "Find out what changed since a state, once or as a stream of server-sent events",
    description:
      "Hints name no note and no file, but the lists to read again. With `Accept: text/event-stream`, the response is a stream. " +
      "Each event has this JSON as its `data` and the state as its `id`. The first event comes immediately, and then one about every " +
      "15 seconds. The service polls the database every 2 seconds for each stream. The stream ends within 15 seconds after the " +
      "credentials are revoked, and when the service stops. A browser then opens the stream again with `Last-Event-ID`, so no change " +
      "is lost. One user has at most 8 streams on a replica.",
    querystring: ChangesQuery,
    response: { 200: Changes },
  },
});

type Deps = RouteDeps<ChangeVerbs> & {
  streams: ReturnType<typeof createStreams>;
  /** Rejects if the credentials of an earlier request are no longer valid. */
  identify: (request: FastifyRequest) => Promise<void>;
};

/** The route GET /changes, which can also open a stream of changes. */
export function changeRoutes(app: App, { useCases, streams, identify }: Deps): void {
  // Without a HEAD route, because a HEAD request would open a stream that nobody reads.
  const options = { schema: schemas.findChanges, config: { isStream: true }, exposeHeadRoute: false };
  app.get("/changes", options, async (request, reply) => {
    const caller = callerOf(request);
    const { noteId } = request.query;
    const isStream = request.headers.accept?.includes(STREAM) === true;
    const since = (isStream && lastState(request)) || request.query.since;
    reply.header("vary", "accept");
    let last = await useCases.findChanges(caller, { noteId, since });
    if (!isStream) return last;
    const source = {
      userId: caller.userId,
      identify: () => identify(request),
      async poll() {
        last = await useCases.findChanges(caller, { noteId, since: last.state });
        return last;
      },
    };
    // Without the header x-accel-buffering, proxies such as nginx would forward the response only when it is complete.
    reply.headers({ "content-type": STREAM, "x-accel-buffering": "no" });
    return reply.send(streams.open(source, last) as never);
  });
}

/** Returns the state in the last event that the browser received before its stream was closed. */
function lastState({ headers }: FastifyRequest): string | undefined {
  const id = headers["last-event-id"];
  return typeof id === "string" && /^[\w.-]{1,68}$/.test(id) ? id : undefined;
}
