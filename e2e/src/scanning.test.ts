import { createServer, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { testClamds } from "../../packages/server/src/platform/scanner/testing/clamds.ts";
import { EICAR } from "../../packages/server/src/platform/scanner/testing/eicar.ts";
import { type Api, apiAs } from "./testing/api.ts";
import { useDatabases } from "./testing/databases.ts";
import { makePlace, type Place, type RunningService, startProcess } from "./testing/service.ts";

const SECOND = 1_000;
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function place(env: Record<string, string>): Promise<Place> {
  const made = await makePlace(env);
  cleanUps.push(made.remove);
  return made;
}

async function start(at: Place): Promise<{ service: RunningService; ann: Api }> {
  const service = await startProcess(at);
  cleanUps.push(() => service.stop("SIGKILL"));
  return { service, ann: await apiAs(service.url, { sub: "ann" }) };
}

async function attach(ann: Api, content: string): Promise<string> {
  const note = await ann.call("POST", "/notes", { title: "Files" });
  const answer = await ann.attach(note.body.id, { name: "a.txt", bytes: Buffer.from(content), type: "text/plain" });
  expect(answer).toMatchObject({ status: 201, body: { state: "scanning" } });
  return answer.body.id;
}

/** Polls the state of a file like a client, until the state is not "scanning". */
async function decided(ann: Api, id: string): Promise<{ state: string; reason?: string }> {
  const look = async () => (await ann.call("GET", `/attachments/${id}`)).body;
  await expect.poll(async () => (await look()).state).not.toBe("scanning");
  return look();
}

describe.each(testClamds)("a service with a virus scanner: $name", ({ start: startClamd }) => {
  it("the background job accepts or rejects scanned files without an HTTP request", async () => {
    const clamd = await startClamd({ streamMaxBytes: 2 ** 20 });
    cleanUps.push(clamd.stop);
    const { service, ann } = await start(await place({ CLAMAV_HOST: `${clamd.host}:${clamd.port}` }));
    const [bad, good] = [await attach(ann, EICAR), await attach(ann, "harmless")];
    expect((await decided(ann, good)).state).toBe("ready");
    expect(await decided(ann, bad)).toMatchObject({ state: "rejected", reason: expect.stringContaining("Eicar") });
    expect((await ann.call("GET", `/attachments/${bad}/url`)).status).toBe(409);
    expect((await ann.call("GET", "/readyz")).body.checks.scanner).toBe("up");
    expect(await service.stop()).toBe(0);
  });
});

describe.each(useDatabases())("a stop in the middle of a virus scan, on $name", ({ makeEnv }) => {
  it("a service can stop during a virus scan, and verifies the file after the next start", async () => {
    const silent = await silentScanner();
    const env = await makeEnv();
    const here = await place({ ...env, CLAMAV_HOST: `127.0.0.1:${silent.port}` });
    const first = await start(here);
    const id = await attach(first.ann, "harmless");
    await silent.asked;
    const before = performance.now();
    expect(await first.service.stop()).toBe(0);
    // The stop must wait neither for the end of the scan (minutes) nor for the expiry of the lease (one minute).
    expect(performance.now() - before).toBeLessThan(50 * SECOND);
    silent.answerWith("stream: OK\0");
    const again = await start(here);
    expect((await decided(again.ann, id)).state).toBe("ready");
    expect(await again.service.stop()).toBe(0);
  });
});

describe("a service that has lost its virus scanner", () => {
  it("a service that restarts without its virus scanner logs that files wait for a scan", async () => {
    const here = await place({ CLAMAV_HOST: `127.0.0.1:${(await silentScanner()).port}` });
    const first = await start(here);
    const id = await attach(first.ann, "harmless");
    expect(await first.service.stop()).toBe(0);
    const { CLAMAV_HOST: _lost, ...env } = here.env;
    const { service, ann } = await start({ ...here, env });
    await expect.poll(() => service.output()).toContain("files wait for a virus scanner: set CLAMAV_HOST again");
    expect((await ann.call("GET", `/attachments/${id}`)).body.state).toBe("scanning");
    expect((await ann.call("GET", `/attachments/${id}/url`)).status).toBe(409);
    expect(await service.stop()).toBe(0);
  });
});

/** Simulates a virus scanner that accepts files, but responds only after a call of `answerWith`. */
async function silentScanner() {
  const asked = Promise.withResolvers<void>();
  let answer: string | undefined;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    socket.on("data", (bytes: Buffer) => {
      asked.resolve();
      // The scanner responds at the end of a file, which is a chunk of length 0.
      if (answer !== undefined && bytes.subarray(-4).equals(Buffer.alloc(4))) socket.end(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanUps.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    port: (server.address() as { port: number }).port,
    asked: asked.promise,
    answerWith: (text: string) => {
      answer = text;
    },
  };
}
