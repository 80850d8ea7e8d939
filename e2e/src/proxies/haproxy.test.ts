import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { restartUnderLoad } from "./rolling-restart.ts";
import { makeCertificate, readSample, replaced } from "./sample-stage.ts";
import { commandPath } from "./selection.ts";

const PLAIN = "bind :80\n";
const TLS = "bind :443 ssl crt /etc/haproxy/files.example.com.pem alpn h2,http/1.1";
const sample = await readSample("haproxy/haproxy.cfg");

it("fails no request while two replicas behind haproxy restart", async () => {
  const { requests, failures } = await restartUnderLoad({
    command: "haproxy",
    args: (file) => ["-db", "-q", "-f", file],
    configure: ({ listen, replicas: [first, second] }, folder) =>
      replaced(sample, {
        [PLAIN]: `bind unix@${folder}/plain.sock\n`,
        [TLS]: `bind 127.0.0.1:${listen}`,
        "10.0.0.11:3000": `127.0.0.1:${first}`,
        "10.0.0.12:3000": `127.0.0.1:${second}`,
      }),
  });
  console.log(`haproxy: ${requests} requests, ${failures.length} failures`);
  expect(failures).toEqual([]);
}, 300_000);

it("accepts the sample with its certificate", async () => {
  const folder = await mkdtemp(join(tmpdir(), "valetkey-haproxy-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { combined } = await makeCertificate(folder);
  const file = join(folder, "haproxy.cfg");
  await writeFile(file, replaced(sample, { "/etc/haproxy/files.example.com.pem": combined }));
  await promisify(execFile)(commandPath("haproxy", process.env) ?? "haproxy", ["-c", "-f", file]);
});
