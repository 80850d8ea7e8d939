import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import { DomainError } from "../../platform/errors.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { type TestService, tokenOf } from "../../testing/service.ts";
import { startServiceInTest } from "../../testing/use-service.ts";
import { createStreams } from "./index.ts";

const QUICK = { pollMs: 5, heartbeatMs: 20 };
const origin = "https://files.example.com";

type Opened = IncomingMessage & { status: number | undefined };

async function startListening(options: Omit<Parameters<typeof startServiceInTest>[0], "app"> & { app?: object }) {
  const service = await startServiceInTest({ ...options, app: { streamTimes: QUICK, ...options.app } });
  await service.app.listen({ port: 0, host: "127.0.0.1" });
  return service;
}

/** Opens one connection for each stream. `fetch` would open more connections, which would delay the stop of the service. */
async function open(service: TestService, { headers = {}, query = "" } = {}): Promise<Opened> {
  const { port } = service.app.server.address() as { port: number };
  const request = get(`http://127.0.0.1:${port}/changes${query}`, {
    agent: false,
    headers: { accept: "text/event-stream", ...headers },
  });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  onTestFinished(() => void response.destroy());
  return Object.assign(response.setEncoding("utf8"), { status: response.statusCode });
}

const bearer = async (userId: string) => ({ authorization: `Bearer ${await tokenOf(userId)}` });

/** Reads the stream until it has sent the text. */
async function readUntil(stream: Opened, text: string): Promise<string> {
  let all = "";
  while (!all.includes(text)) {
    const next = once(stream, "data", { signal: AbortSignal.timeout(20_000) });
    stream.resume();
    const [piece] = await next;
    all += piece;
  }
  stream.pause();
  return all;
}

function readToEnd(stream: Opened): Promise<unknown> {
  stream.resume();
  return once(stream, "end");
}

describe.each(engines)("streams of changes on $name", (engine) => {
  it("a stream of changes sends an event about a share that another replica creates", async () => {
    const service = await startListening({ engine });
    const replica = await startServiceInTest({ engine, beside: service });
    const [ann, ben] = [replica.as("ann"), await bearer("ben")];
    const { id: noteId } = (await ann.send("POST /notes", { json: { title: "Plan" } })).body;
    const stream = await open(service, { headers: ben });
    expect(stream.headers["content-type"]).toBe("text/event-stream");
    expect(stream.headers["x-accel-buffering"]).toBe("no");
    expect(stream.headers["cache-control"]).toBe("no-store");
    const first = await readUntil(stream, "\n\n");
    expect(first).toMatch(/^retry: \d{4}\nid: (\S+)\ndata: {"changed":\[\],"state":"\1"}\n\n/);
    await ann.send(`PUT /notes/${noteId}/shares`, { json: { userIds: ["ben"] } });
    const hint = await readUntil(stream, '"changed":["shared"]');
    expect(first + hint).not.toContain(noteId);
    const id = /id: (\S+)/.exec(first)?.[1] ?? "";
    const again = await open(service, { headers: { ...ben, "last-event-id": id } });
    await readUntil(again, '"changed":["shared"]');
  });

  it("requirement 58: the service closes streams of a revoked session or disabled user", async () => {
    const service = await startListening({ engine, hasAccounts: true });
    const json = { email: "ann@example.com", name: "Ann", password: "correct horse battery" };
    const signUp = await service.anonymous.send("POST /auth/sign-up/email", { headers: { origin }, json });
    const cookie = String([signUp.headers["set-cookie"]].flat()[0]).split(";", 1)[0] ?? "";
    const [ofSession, ofUser] = [
      await open(service, { headers: { cookie } }),
      await open(service, { headers: await bearer("ben") }),
    ];
    await readUntil(ofUser, "\n\n");
    await readUntil(ofUser, "\n\n");
    await service.anonymous.send("POST /auth/sign-out", { headers: { origin, cookie }, json: {} });
    await readToEnd(ofSession);
    await service.useCases.disableUser("ben");
    await readToEnd(ofUser);
    expect((await open(service, { headers: { cookie } })).status).toBe(401);
    expect((await open(service, { headers: await bearer("ben") })).status).toBe(403);
  });

  it("requirement 35: the stream of changes notifies the web page of a disabled user", async () => {
    const service = await startListening({ engine, app: { streamTimes: { ...QUICK, heartbeatMs: 60_000 } } });
    const stream = await open(service, { headers: await bearer("ben") });
    await readUntil(stream, "\n\n");
    await service.useCases.disableUser("ben");
    await readUntil(stream, '"changed":["own"]');
  });

  it("a service that stops closes all streams of changes", async () => {
    const draining = new AbortController();
    const service = await startListening({ engine, app: { draining: draining.signal } });
    const headers = await bearer("ann");
    const stream = await open(service, { headers });
    await readUntil(stream, "\n\n");
    draining.abort();
    await readToEnd(stream);
    expect((await open(service, { headers })).status).toBe(503);
  });

  it("a user can have at most eight open streams of changes", async () => {
    const service = await startListening({ engine });
    const headers = await bearer("ann");
    const streams = await Promise.all(Array.from({ length: 8 }, () => open(service, { headers })));
    expect((await open(service, { headers })).status).toBe(429);
    expect((await open(service, { headers: await bearer("ben") })).status).toBe(200);
    streams[0]?.destroy();
    let status: number | undefined = 429;
    while (status === 429) status = (await open(service, { headers })).status;
    expect(status).toBe(200);
  });
});

describe("a stream of changes with invalid credentials", () => {
  it.each(["access_denied", "account_closed"] as const)(
    "a stream of changes closes if the check of its credentials fails with %s",
    async (code) => {
      const streams = createStreams(QUICK);
      onTestFinished(() => streams.close());
      const identify = () => Promise.reject(new DomainError(code, "No"));
      const body = streams.open({ userId: "ann", poll: async () => NOTHING, identify }, NOTHING);
      const ended = once(body, "end", { signal: AbortSignal.timeout(20_000) });
      body.resume();
      await ended;
    },
  );
});

const NOTHING = { changed: [] as [], state: "a.b" };
