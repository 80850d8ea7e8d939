import { once } from "node:events";
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { join, resolve } from "node:path";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { apiAs } from "./testing/api.ts";
import { databases } from "./testing/databases.ts";
import { makePlace, type Place, runCli, startProcess, startWithNpm } from "./testing/service.ts";

const WEB_APP = resolve(import.meta.dirname, "../../packages/web/dist/index.html");

const places: Place[] = [];
async function place(env?: Record<string, string>): Promise<Place> {
  const made = await makePlace(env);
  places.push(made);
  return made;
}
afterEach(async () => {
  for (const made of places.splice(0)) await made.remove();
});

describe("the first start", () => {
  it("says in three lines where it listens, where the data is and what to do next, and keeps its secrets to itself", async () => {
    const here = await place();
    const service = await startProcess(here);
    expect(service.output()).toMatch(/^Valet Key listens on http:\/\/localhost:\d+$/m);
    expect(service.output()).toContain(`Data: ${here.dataDir}`);
    const next = existsSync(WEB_APP)
      ? new RegExp(`^Next: open ${service.url} in a browser .*valetkey token create`, "m")
      : /^Next: npm run build, then start again, .*valetkey token create/m;
    expect(service.output()).toMatch(next);
    expect((await stat(join(here.dataDir, "secrets.json"))).mode & 0o777).toBe(0o600);
    expect(await service.stop()).toBe(0);
  });

  it("reports every fault of the configuration at once, each with its remedy, and exits 1", async () => {
    const here = await place({ PORT: "99999", URL_TTL_MAX: "0", AWS_BUCKET_NAME: "b", AUTH_JWT_SECRET: "short" });
    const failed = runCli(here, ["start"]);
    await expect(failed).rejects.toMatchObject({ code: 1 });
    const { stderr } = await failed.catch((error: { stderr: string }) => error);
    for (const name of ["PORT", "URL_TTL_MAX", "AWS_REGION", "AUTH_SECRET", "AUTH_JWT_SECRET"]) {
      expect(stderr).toContain(name);
    }
    expect(stderr.match(/->/g)?.length).toBeGreaterThanOrEqual(5);
  });

  it("on a port that is taken says so and ends, and leaves its data to the next start", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void taken.close());
    await once(taken, "listening");
    const here = await place({ PORT: String((taken.address() as AddressInfo).port) });
    const failed = runCli(here, ["start"]);
    await expect(failed).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("set PORT") });
    const service = await startProcess({ ...here, env: { ...here.env, PORT: "0" } });
    expect(await service.stop()).toBe(0);
  });

  it("requirement 29: outside embedded mode a missing secret refuses to start, with the command that makes one", async () => {
    const here = await place({ DATABASE_URL: "postgres://localhost/none" });
    const { stderr } = await runCli(here, ["start"]).catch((error: { stderr: string }) => error);
    expect(stderr).toContain("AUTH_SECRET");
    expect(stderr).toContain("openssl rand -base64 32");
  });
});

describe("the policy of the pages", () => {
  const secrets = {
    AUTH_SECRET: "n8sJ2kQ0xV5bZ7mT4rY1wE6uI3oP9aLc",
    AWS_ACCESS_KEY_ID: "key",
    AWS_SECRET_ACCESS_KEY: "secret",
  };
  // Nobody answers there: what is signed and what is allowed need no bucket.
  const nowhere = { ...secrets, S3_ENDPOINT: "http://localhost:9" };

  it.each<[string, Record<string, string>, string]>([
    ["in the path", { AWS_BUCKET_NAME: "files" }, "http://localhost:9"],
    ["in the host name", { AWS_BUCKET_NAME: "files", S3_FORCE_PATH_STYLE: "false" }, "http://files.localhost:9"],
    [
      "that can't be in a host name",
      { AWS_BUCKET_NAME: "my.files", S3_FORCE_PATH_STYLE: "false" },
      "http://localhost:9",
    ],
    [
      "behind another address",
      { AWS_BUCKET_NAME: "files", S3_PUBLIC_ENDPOINT: "https://storage.example.com/base" },
      "https://storage.example.com",
    ],
  ])("requirement 25: names the origin that URLs are signed for, of a bucket %s", async (_, env, origin) => {
    const service = await startProcess(await place({ ...nowhere, ...env }));
    const { headers } = await fetch(service.url);
    const policy = headers.get("content-security-policy") ?? "";
    for (const directive of ["connect-src", "img-src", "media-src"]) {
      const allowed = policy.split(";").find((part) => part.trim().startsWith(directive));
      expect(allowed?.split(" ").filter((source) => source.includes("://"))).toEqual([origin]);
    }
    expect(service.output()).toContain(origin);
    await service.stop();
  });

  it("requirement 24: the embedded bucket takes files from the pages, however PUBLIC_URL is written", async () => {
    const service = await startProcess(await place({ PUBLIC_URL: "http://LOCALHOST:80/" }));
    const bucket = /bucket: embedded, (http:\S+)\)/.exec(service.output())?.[1];
    const asked = {
      method: "OPTIONS",
      headers: { origin: "http://localhost", "access-control-request-method": "PUT" },
    };
    const { headers } = await fetch(`${bucket}/valetkey/key`, asked);
    expect(headers.get("access-control-allow-origin")).toBe("http://localhost");
    await service.stop();
  });
});

describe("stopping", () => {
  it("finishes the request in flight, writes out the audit log and exits 0", async () => {
    const here = await place();
    const service = await startProcess(here);
    const ann = await apiAs(service.url, { sub: "ann" });
    const note = await ann.call("POST", "/notes", { title: "In flight" });
    const file = await ann.attach(note.body.id, { name: "a.txt", bytes: Buffer.from("hello"), type: "text/plain" });
    const slow = await slowUpload(service.url, note.body.id);
    const urls = Promise.all(Array.from({ length: 20 }, () => ann.call("GET", `/attachments/${file.body.id}/url`)));
    expect((await urls).every((answer) => answer.status === 200)).toBe(true);
    const stopped = service.stop();
    slow.finish();
    expect(await slow.statusLine).toContain("201");
    expect(await stopped).toBe(0);

    const again = await startProcess(here);
    const later = await apiAs(again.url, { sub: "ann" });
    const activity = await later.call("GET", `/notes/${note.body.id}/activity`);
    const issued = activity.body.items.filter((event: { action: string }) => event.action === "url.issued");
    expect(issued).toHaveLength(20);
    await again.stop();
  });

  it.each([
    ["SIGTERM", "npm alone, as a supervisor does it"],
    ["SIGINT", "npm alone"],
    ["SIGINT", "everything at the terminal (Ctrl-C), which npm passes on once more"],
  ] as const)(
    "of `npm start` by %s to %s finishes what is in flight, frees the port and exits 0",
    async (signal, to) => {
      const service = await startWithNpm(await place());
      onTestFinished(() => killGroup(service.pid));
      const ann = await apiAs(service.url, { sub: "ann" });
      const note = await ann.call("POST", "/notes", { title: "In flight" });
      const slow = await slowUpload(service.url, note.body.id);
      process.kill(to.includes("Ctrl-C") ? -service.pid : service.pid, signal);
      await service.printed(/(finishing what is in flight)/);
      slow.finish();
      expect(await slow.statusLine).toContain("201");
      expect(await service.ended).toBe(0);
      const [refused] = await once(connect(Number(new URL(service.url).port), "127.0.0.1"), "error");
      expect(refused).toMatchObject({ code: "ECONNREFUSED" });
    },
  );
});

describe.each(databases.filter(({ name }) => name === "postgres"))("two replicas on one database", ({ makeEnv }) => {
  it("start together, and a revoke on one is a refusal on the other at once (requirement 16)", async () => {
    const shared = await makeEnv();
    const secrets = { AUTH_SECRET: "n8sJ2kQ0xV5bZ7mT4rY1wE6uI3oP9aLc" };
    const here = await place({ ...shared, ...secrets });
    const there = await place({ ...shared, ...secrets });
    const [first, second] = await Promise.all([startProcess(here), startProcess(there)]);
    const ann = await apiAs(first.url, { sub: "ann" });
    const ben = await apiAs(second.url, { sub: "ben" });
    const note = await ann.call("POST", "/notes", { title: "Shared" });
    const file = await ann.attach(note.body.id, { name: "a.txt", bytes: Buffer.from("hello"), type: "text/plain" });
    const ask = () => ben.call("GET", `/attachments/${file.body.id}/url`);
    for (let round = 0; round < 5; round++) {
      await ann.call("PUT", `/notes/${note.body.id}/shares`, { userIds: ["ben"], role: "viewer" });
      expect((await ask()).status).toBe(200);
      expect((await ann.call("DELETE", `/notes/${note.body.id}/shares/ben`)).status).toBe(204);
      expect((await ask()).status).toBe(403);
    }
    expect(await Promise.all([first.stop(), second.stop()])).toEqual([0, 0]);
  });
});

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended, as it should have.
  }
}

/** A form upload that has begun and waits for its last bytes. */
async function slowUpload(url: string, noteId: string) {
  const { signTestJwt } = await import("../../packages/server/src/http/auth/testing/test-jwt.ts");
  const token = await signTestJwt({ sub: "ann" });
  const head =
    '--x\r\nContent-Disposition: form-data; name="file"; filename="slow.txt"\r\nContent-Type: text/plain\r\n\r\nslow';
  const tail = "er\r\n--x--\r\n";
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  await once(socket, "connect");
  socket.write(
    `POST /notes/${noteId}/attachments HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\nExpect: 100-continue\r\n` +
      `Content-Type: multipart/form-data; boundary=x\r\nContent-Length: ${head.length + tail.length}\r\n\r\n${head}`,
  );
  // The service has the request in its hands: from here on it is in flight, however busy the machine is.
  expect(String((await once(socket, "data"))[0])).toContain("100 Continue");
  const statusLine = once(socket, "data").then(([data]) => String(data).split("\r\n", 1)[0]);
  return { statusLine, finish: () => socket.write(tail) };
}
