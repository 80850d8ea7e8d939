import { execFile } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { signTestJwt } from "../../packages/server/src/testing/auth/test-jwt.ts";
import { apiAs, putAsTold } from "./testing/api.ts";
import type { CollectedSpan } from "./testing/collector.ts";
import { type Collector, startCollector } from "./testing/collector.ts";
import { useDatabases } from "./testing/databases.ts";
import { endOfCli, makePlace, type Place, type RunningService, startProcess } from "./testing/service.ts";

const SOURCES = resolve(import.meta.dirname, "../../packages/server/src");
const LIST_MODULES = pathToFileURL(resolve(import.meta.dirname, "testing/list-modules.child.ts")).href;
const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER_SPAN_ID = "00f067aa0ba902b7";
const REQUEST_ID = "request-of-the-trace";
const PIPELINED = ["7", "8", "9"].map((digit) => digit.repeat(32));
const ALLOWED = ["http.request.method", "http.route", "http.response.status_code", "error.type", "valetkey.request_id"];

describe.each(useDatabases())("traces on $name", (database) => {
  let place: Place;
  let collector: Collector;
  let spans: CollectedSpan[];
  const secrets = new Map<string, string>();

  beforeAll(async () => {
    collector = await startCollector();
    place = await makePlace({
      ...(await database.makeEnv()),
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20of-the-collector",
      OTEL_SERVICE_NAME: "files",
    });
    const service = await startProcess(place);
    await work(service);
    expect(await service.stop()).toBe(0);
    spans = collector.spans();
  });
  afterAll(async () => {
    await collector.close();
    await place.remove();
  });

  async function work(service: RunningService): Promise<void> {
    const token = await signTestJwt({ sub: "ann-of-traces", email: "ann@example.com" });
    const ann = await apiAs(service.url, { token });
    const note = await ann.call("POST", "/notes", { title: "Title of the note" });
    const described = { filename: "name-of-the-file.txt", sizeBytes: 5, contentType: "text/plain" };
    const started = await ann.call("POST", `/notes/${note.body.id}/uploads`, described);
    await putAsTold(started.body.upload, Buffer.from("hello"));
    const file = await ann.call("POST", `/uploads/${started.body.upload.id}/complete`);
    await shareWithLateBody(`${service.url}/notes/${note.body.id}/shares`, token);
    await listPipelined(service.url, token);
    const headers = {
      authorization: `Bearer ${token}`,
      traceparent: traceparent(TRACE_ID),
      tracestate: "vendor=state-of-the-caller",
      "x-request-id": REQUEST_ID,
    };
    const issued = await fetch(`${service.url}/attachments/${file.body.id}/url?expiresIn=42`, { headers });
    expect(issued.status).toBe(200);
    const { fileUrl } = (await issued.json()) as { fileUrl: string };
    expect((await ann.call("GET", `/attachments/${note.body.id}/url?secret=in-a-query`)).status).toBe(400);
    expect((await ann.call("GET", `/attachments/${note.body.id}/url`)).status).toBe(404);
    const signed = new URL(fileUrl);
    const objectKey = signed.pathname.split("/").at(-1) ?? "";
    for (const [name, secret] of Object.entries({
      token,
      objectKey,
      bucketUrl: signed.origin,
      signature: signed.searchParams.get("X-Amz-Signature") ?? "",
      signing: "X-Amz",
      note: note.body.id as string,
      file: file.body.id as string,
      upload: started.body.upload.id as string,
      user: "ann-of-traces",
      email: "ann@example.com",
      title: "Title of the note",
      filename: "name-of-the-file",
      query: "in-a-query",
      expiry: "expiresIn",
      state: "state-of-the-caller",
    })) {
      secrets.set(name, secret);
    }
  }

  it("a URL request's trace has spans for the access check, signature and audit event", () => {
    const [request, ...others] = spans.filter(({ traceId }) => traceId === TRACE_ID);
    const root = [request, ...others].find((span) => span?.parentId === CALLER_SPAN_ID);
    expect(root?.name).toBe("GET /attachments/:attachmentId/url");
    expect(root?.attributes).toEqual({
      "http.request.method": "GET",
      "http.route": "/attachments/:attachmentId/url",
      "http.response.status_code": 200,
      "valetkey.request_id": REQUEST_ID,
    });
    expect(treeOf(root).filter((name) => !name.includes("database."))).toEqual([
      "GET /attachments/:attachmentId/url > access.download",
      "GET /attachments/:attachmentId/url > signing.presignGet",
      "GET /attachments/:attachmentId/url > audit.record",
    ]);
  });

  it("the traces of an upload have spans for the signature, the bucket and the database", () => {
    const start = spans.find(({ name }) => name === "POST /notes/:noteId/uploads");
    const complete = spans.find(({ name }) => name === "POST /uploads/:uploadId/complete");
    const paths = [...treeOf(start), ...treeOf(complete)];
    for (const path of [
      "POST /notes/:noteId/uploads > signing.presignPut",
      "POST /notes/:noteId/uploads > database.uploads.start",
      "POST /uploads/:uploadId/complete > bucket.readSmall",
      "POST /uploads/:uploadId/complete > database.uploads.complete",
    ]) {
      expect(paths).toContain(path);
    }
  });

  it("the trace of a request is complete if the request body arrives late", () => {
    const paths = treeOf(spans.find(({ name }) => name === "PUT /notes/:noteId/shares"));
    expect(paths).toContain("PUT /notes/:noteId/shares > database.transaction");
  });

  it("each pipelined request has its own trace", () => {
    for (const traceId of PIPELINED) {
      const list = spans.find((span) => span.traceId === traceId && span.name === "GET /notes");
      expect(treeOf(list)).toContain("GET /notes > database.notes.listOwned");
    }
  });

  it("the trace of a refused request contains the error code", () => {
    const codes = spans.flatMap(({ attributes }) => attributes["error.type"] ?? []);
    expect(codes).toEqual(expect.arrayContaining(["invalid_request", "attachment_not_found"]));
  });

  it("requirement 28: traces contain no secret, no id and no personal data", () => {
    const received = collector.received().toString("latin1");
    expect(secrets.size).toBe(15);
    expect([...secrets.values()].every((secret) => secret.length >= 5)).toBe(true);
    expect([...secrets].filter(([, secret]) => received.includes(secret)).map(([name]) => name)).toEqual([]);
    const attributes = new Set(spans.flatMap((span) => Object.keys(span.attributes)));
    expect([...attributes].sort()).toEqual([...ALLOWED].sort());
  });

  it("the service exports its traces with the configured headers and service name", () => {
    expect(collector.headers().authorization).toBe("Bearer of-the-collector");
    expect(spans[0]?.resource["service.name"]).toBe("files");
  });

  /**
   * Returns the names of all descendants of a span, each after the names of its ancestors. Sibling spans are in the order of their ends.
   */
  function treeOf(span: CollectedSpan | undefined, ancestors: readonly string[] = []): string[] {
    if (span === undefined) return [];
    const path = [...ancestors, span.name];
    const children = spans.filter(({ parentId, traceId }) => parentId === span.spanId && traceId === span.traceId);
    return children.flatMap((child) => [[...path, child.name].join(" > "), ...treeOf(child, path)]);
  }
});

function traceparent(traceId: string): string {
  return `00-${traceId}-${CALLER_SPAN_ID}-01`;
}

/** Sends several requests on one connection, and only then reads the responses (HTTP pipelining). */
async function listPipelined(url: string, token: string): Promise<void> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  const requests = PIPELINED.map((traceId, index) => {
    const connection = index === PIPELINED.length - 1 ? "close" : "keep-alive";
    return [
      "GET /notes HTTP/1.1",
      "Host: files",
      `Authorization: Bearer ${token}`,
      `Traceparent: ${traceparent(traceId)}`,
      `Connection: ${connection}`,
      "\r\n",
    ].join("\r\n");
  });
  socket.write(requests.join(""));
  expect((await text(socket)).match(/HTTP\/1\.1 200/g)).toHaveLength(PIPELINED.length);
}

/** Sends the headers of a request, and the body only after the service has received the headers. */
async function shareWithLateBody(url: string, token: string): Promise<void> {
  const body = JSON.stringify({ userIds: ["bob"], role: "viewer" });
  const headers = {
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    expect: "100-continue",
  };
  const sent = request(url, { method: "PUT", headers });
  await once(sent, "continue");
  sent.end(body);
  const [response] = await once(sent, "response");
  expect(response.statusCode).toBe(200);
  response.resume();
  await once(response, "end");
}

describe("the settings of traces", () => {
  let place: Place;
  afterEach(() => place.remove());

  const modulesIn = (output: string) => [...output.matchAll(/^loads (\S+)$/gm)].map(([, url = ""]) => url);
  const isOfTracing = (url: string) =>
    /tracing\/open-telemetry\.ts|@opentelemetry\/(?:core|resources|sdk|exporter|otlp)/.test(url);

  it("a service without a trace endpoint loads no part of the OpenTelemetry SDK", async () => {
    place = await makePlace({ NODE_OPTIONS: `--import=${LIST_MODULES}` });
    // Runs the sources of the service, because the bundled command does not have the names of the modules.
    const service = await startProcess(place, { node: process.execPath, command: join(SOURCES, "cli.ts") });
    expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
    await service.stop();
    const modules = modulesIn(service.output());
    expect(modules.some((url) => url.endsWith("wiring/service.ts"))).toBe(true);
    expect(modules.filter(isOfTracing)).toEqual([]);
    // Loads open-telemetry.ts, as a service with an endpoint does. The loaded modules prove that the test searches for the right names.
    const args = [`--import=${LIST_MODULES}`, join(SOURCES, "platform/tracing/open-telemetry.ts")];
    const { stderr } = await promisify(execFile)(process.execPath, args);
    expect(modulesIn(stderr).filter(isOfTracing).join()).toContain("@opentelemetry/sdk-trace");
  });

  it("a service exports no trace that the sampler excludes", async () => {
    const collector = await startCollector();
    place = await makePlace({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_TRACES_SAMPLER: "always_off" });
    const service = await startProcess(place);
    expect((await fetch(`${service.url}/instance`)).status).toBe(200);
    expect(await service.stop()).toBe(0);
    expect(collector.received().length).toBe(0);
    await collector.close();
  });

  it("the service serves and stops fast while the trace collector does not respond", async () => {
    const collector = await startCollector({ respond: false });
    // If the stop of the service had no separate time limit, the export of traces would wait longer than the test.
    const waits = { OTEL_EXPORTER_OTLP_TIMEOUT: "600000", OTEL_BSP_EXPORT_TIMEOUT: "600000" };
    place = await makePlace({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...waits });
    const service = await startProcess(place);
    expect((await fetch(`${service.url}/instance`)).status).toBe(200);
    expect(await service.stop()).toBe(0);
    await collector.close();
  });

  it("a service logs that the trace collector is unavailable", async () => {
    place = await makePlace({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" });
    const service = await startProcess(place);
    const logged = service.printed(/("the collector accepts no traces[^"]*")/);
    expect((await fetch(`${service.url}/instance`)).status).toBe(200);
    await logged;
    expect(await service.stop()).toBe(0);
  });

  it("valetkey config prints the trace endpoint with masked headers", async () => {
    place = await makePlace({
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318",
      OTEL_EXPORTER_OTLP_HEADERS: "api-key=opensesame",
    });
    const { stdout } = await endOfCli(place, ["config"]);
    expect(stdout).toContain(
      "OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318\nOTEL_EXPORTER_OTLP_HEADERS=********\n",
    );
    expect(stdout).not.toContain("opensesame");
  });
});
