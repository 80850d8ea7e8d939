import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, it, onTestFinished } from "vitest";
import { commandPath } from "../testing/selections.ts";
import { expectService, replaced, runSample, type Stage } from "./sample-stage.ts";

const SAMPLES = resolve(import.meta.dirname, "../../../deploy/caddy");
const OPTIONS = "{\nadmin off\nauto_https disable_redirects\nskip_install_trust\nlog {\nlevel ERROR\n}\n}\n";

function run(sample: string, { file, service, bucket }: Stage) {
  const behind = { "127.0.0.1:3000": `127.0.0.1:${service}`, "127.0.0.1:3001": `127.0.0.1:${bucket}` };
  const args = ["run", "--adapter", "caddyfile", "--config", file];
  return { args, configuration: OPTIONS + replaced(sample, behind) };
}

describe("the samples for Caddy", () => {
  it.each(["Caddyfile", "Caddyfile.lan"])("the Caddy sample %s is valid and formatted", async (name) => {
    const home = await mkdtemp(join(tmpdir(), "valetkey-caddy-"));
    onTestFinished(() => rm(home, { recursive: true, force: true }));
    const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home };
    const command = commandPath("caddy", process.env) ?? "caddy";
    const config = join(SAMPLES, name);
    await promisify(execFile)(command, ["validate", "--adapter", "caddyfile", "--config", config], { env });
    await promisify(execFile)(command, ["fmt", "--diff", config], { env });
  });

  it("the Caddy samples serve the service and its bucket over HTTPS", async () => {
    const url = await runSample({
      command: "caddy",
      sample: "caddy/Caddyfile",
      async adapt(sample, stage) {
        const { app, storage, certificate, key } = stage;
        const sites = {
          "files.example.com {": `https://localhost:${app} {\ntls ${certificate} ${key}`,
          "storage.example.com {": `https://localhost:${storage} {\ntls ${certificate} ${key}`,
        };
        return run(replaced(sample, sites), stage);
      },
    });
    await expectService(url);
  });

  it("a Caddy sample serves the service without a domain", async () => {
    const url = await runSample({
      command: "caddy",
      sample: "caddy/Caddyfile.lan",
      host: "127.0.0.1",
      authority: "caddy/pki/authorities/local/root.crt",
      async adapt(sample, stage) {
        const sites = {
          "https://192.168.1.10 {": `https://127.0.0.1:${stage.app} {`,
          "https://192.168.1.10:8443 {": `https://127.0.0.1:${stage.storage} {`,
        };
        return run(replaced(sample, sites), stage);
      },
    });
    await expectService(url);
  });
});
