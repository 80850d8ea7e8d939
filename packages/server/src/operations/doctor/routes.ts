import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { DoctorReport } from "@valetkey/contract";
import type { FastifyRequest } from "fastify";
import { callerOf } from "../../features/access/caller.ts";
import type { PeopleVerbs } from "../../features/people/index.ts";
import { DomainError } from "../../platform/errors.ts";
import { HttpProblem } from "../../platform/http/problem.ts";
import { readerLanguage } from "../../platform/http/reader-language.ts";
import { type App, operations, type RouteDeps } from "../../platform/http/routes.ts";
import { PAUSE_MS, type ProveEcho } from "./echo.ts";
import { translateReport } from "./translate.ts";

export type Doctor = {
  prove: ProveEcho;
  /**
   * Runs all checks, and returns the report. If a run is in progress, or has ended a few seconds ago, returns the report of that run.
   * Without `clientIp`, the test URLs for the browser work for every client.
   */
  examine(caller: { clientIp: string | undefined }): Promise<DoctorReport>;
};

const schemas = operations("operations", {
  runDoctor: {
    summary: "Check the set-up, as an administrator",
    description:
      "Checks this machine, the database, the bucket and the way to PUBLIC_URL, and returns a fix for each fault. The doctor runs once at a time, and at most every ten seconds. In between, the response is the last report. The texts have the language of the header Accept-Language, if the service has the texts in the language.",
    response: { 200: DoctorReport },
  },
});

export function doctorRoutes(
  app: App,
  {
    useCases,
    clientIpOf,
    doctor,
  }: Pick<RouteDeps<PeopleVerbs>, "useCases" | "clientIpOf"> & { doctor: Pick<Doctor, "examine"> },
): void {
  app.get("/admin/doctor", { schema: schemas.runDoctor }, async (request) => {
    const { isAdmin } = await useCases.getMe(callerOf(request));
    if (!isAdmin) throw new DomainError("access_denied", "Access denied");
    const report = await doctor.examine({ clientIp: clientIpOf(request) });
    return translateReport(report, readerLanguage(request.headers));
  });
}

const TYPE = "application/octet-stream";
const STREAM = "text/event-stream";
/** The maximum size of a request body for the echo. The doctor sends smaller bodies. */
const MAX_BYTES = 32 * 2 ** 20;

/**
 * The route /doctor/echo returns the request as it arrived through the proxies. Only a doctor with the secret of the service gets the echo,
 * and other callers get 404. With `Accept: text/event-stream`, the echo is a stream of two events.
 */
export function echoRoute(app: App, { prove }: { prove: ProveEcho }): void {
  app.addContentTypeParser(
    TYPE,
    (_request: FastifyRequest, payload: unknown, done: (error: null, body: unknown) => void) => done(null, payload),
  );
  app.post("/doctor/echo", { schema: { hide: true } }, async (request, reply) => {
    const token = request.headers["x-valetkey-doctor"];
    const proof = typeof token === "string" ? prove(token) : undefined;
    if (proof === undefined) throw new HttpProblem("not_found", "There is nothing at this URL.");
    reply.header("cache-control", "no-store");
    reply.header("set-cookie", "valetkey-doctor=1; Path=/doctor; Max-Age=60; HttpOnly; SameSite=Strict");
    const { authorization = "", cookie = "", accept } = request.headers;
    const body = await measureBody(request);
    const echo = {
      proof,
      ip: request.clientAddress,
      // `ips` is undefined if the service trusts no proxy.
      trustedHops: (request.ips?.length ?? 1) - 1,
      forwardedFor: String(request.headers["x-forwarded-for"] ?? ""),
      authorization,
      cookie,
      ...body,
    };
    if (accept !== STREAM) return echo;
    reply.headers({ "content-type": STREAM, "x-accel-buffering": "no" });
    return reply.send(Readable.from(twoEvents(echo)));
  });
}

async function* twoEvents(first: unknown): AsyncGenerator<string> {
  yield `data: ${JSON.stringify(first)}\n\n`;
  await sleep(PAUSE_MS);
  yield "data: {}\n\n";
}

async function measureBody({ raw }: FastifyRequest): Promise<{ bytes: number; bodyMs: number }> {
  let bytes = 0;
  let firstAt: number | undefined;
  let lastAt = 0;
  raw.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    lastAt = performance.now();
    firstAt ??= lastAt;
    if (bytes > MAX_BYTES) raw.destroy();
  });
  await finished(raw, { writable: false });
  return { bytes, bodyMs: Math.round(lastAt - (firstAt ?? lastAt)) };
}
