import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { freePort } from "../testing/free-port.ts";
import { commandPath } from "../testing/selections.ts";
import { type Ports, upgradeUnderLoad } from "./rolling-upgrade.ts";
import { makeCertificate, readSample, replaced } from "./sample-stage.ts";

const PLAIN = "bind :80\n";
const TLS = "bind :443 ssl crt /etc/haproxy/files.example.com.pem alpn h2,http/1.1";
const sample = await readSample("haproxy/haproxy.cfg");

const argsOf = (file: string) => ["-db", "-q", "-f", file];

function adapt({ listen, replicas: [first, second] }: Ports, folder: string): string {
  return replaced(sample, {
    [PLAIN]: `bind unix@${folder}/plain.sock\n`,
    [TLS]: `bind 127.0.0.1:${listen}`,
    "10.0.0.11:3000": `127.0.0.1:${first}`,
    "10.0.0.12:3000": `127.0.0.1:${second}`,
    // The replicas of the test drain for a shorter time than the sample says.
    "inter 1s": "inter 300ms",
  });
}

it("no request fails during an upgrade of two replicas behind haproxy", async () => {
  const proxy = { command: "haproxy", args: argsOf, configure: adapt };
  const { requests, failures } = await upgradeUnderLoad(proxy);
  console.log(`haproxy: ${requests} requests, ${failures.length} failures`);
  expect(failures).toEqual([]);
}, 300_000);

it("the haproxy sample sends requests to replicas even if all health checks fail", async () => {
  const folder = await mkdtemp(join(tmpdir(), "valetkey-haproxy-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const checked = Promise.withResolvers<void>();
  let checks = 0;
  const server = createServer(({ url }, response) => {
    const isCheck = url === "/readyz";
    response.writeHead(isCheck ? 503 : 200).end();
    // haproxy removes a replica after three failed checks. After ten failed checks, haproxy has removed both replicas.
    if (isCheck && ++checks === 10) checked.resolve();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const listen = await freePort("127.0.0.1");
  const file = join(folder, "haproxy.cfg");
  await writeFile(file, adapt({ listen, replicas: [port, port] }, folder));
  const proxy = spawn(commandPath("haproxy", process.env) ?? "haproxy", argsOf(file), { stdio: "inherit" });
  onTestFinished(async () => {
    const ended = once(proxy, "exit");
    if (proxy.kill("SIGTERM")) await ended;
  });
  await checked.promise;
  expect((await fetch(`http://127.0.0.1:${listen}/notes`)).status).toBe(200);
});

it("haproxy accepts the sample configuration with its certificate", async () => {
  const folder = await mkdtemp(join(tmpdir(), "valetkey-haproxy-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { combined } = await makeCertificate(folder);
  const file = join(folder, "haproxy.cfg");
  await writeFile(file, replaced(sample, { "/etc/haproxy/files.example.com.pem": combined }));
  await promisify(execFile)(commandPath("haproxy", process.env) ?? "haproxy", ["-c", "-f", file]);
});
