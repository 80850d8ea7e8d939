import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, it } from "vitest";
import { freePort } from "./testing/free-port.ts";
import { makePlace, type Place, startProcess } from "./testing/service.ts";

const CLI = resolve(import.meta.dirname, "../../packages/valetkey/bin/valetkey.js");

describe("metrics on a separate port", () => {
  let place: Place;
  afterEach(() => place.remove());

  it("the metrics include the process, the job queues and the uploads in each state", async () => {
    const port = await freePort("127.0.0.1");
    const token = "a-token-for-prometheus";
    place = await makePlace({ METRICS_PORT: String(port), METRICS_TOKEN: token });
    const service = await startProcess(place);
    const read = async (headers: Record<string, string> = {}) => fetch(`http://127.0.0.1:${port}/metrics`, { headers });
    expect((await read()).status).toBe(401);
    expect((await fetch(`${service.url}/metrics`)).status).toBe(404);
    const text = await (await read({ authorization: `Bearer ${token}` })).text();
    for (const name of ["process_cpu_seconds_total", "nodejs_eventloop_lag_p99_seconds"]) expect(text).toContain(name);
    for (const line of [
      "valetkey_deletions_due 0",
      "valetkey_verifications_waiting 0",
      "valetkey_webhooks_waiting 0",
      "valetkey_mails_waiting 0",
      "valetkey_mails_given_up 0",
      'valetkey_uploads{state="pending"} 0',
    ]) {
      expect(text).toContain(`${line}\n`);
    }
    expect(await service.stop()).toBe(0);
  });

  it("standard output contains only the log, with one JSON object on each line", async () => {
    place = await makePlace();
    const child = spawn(process.execPath, [CLI, "start"], { env: place.env, cwd: place.dataDir });
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
    for await (const line of createInterface({ input: child.stderr })) if (/listens on/.test(line)) break;
    child.kill("SIGTERM");
    await once(child, "close");
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(JSON.parse(line)).toHaveProperty("level");
  });
});
