import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { makeCertificate } from "../../../packages/server/src/platform/mailer/testing/smtp-server.ts";
import { durableFolder } from "../testing/durable-folder.ts";
import { endOfCli, makePlace, type Place } from "../testing/service.ts";
import { startRewritingProxy } from "./rewriting-proxy.ts";
import { openStage, SECRET_KEY } from "./stage.ts";

/** Makes the environment of a service with an external bucket and the given settings. */
async function placeOn(settings: Record<string, string> = {}): Promise<Place> {
  const stage = await openStage();
  onTestFinished(stage.close);
  const { DATA_DIR: _, ...env } = stage.env;
  const place = await makePlace(
    { ...env, AWS_EC2_METADATA_DISABLED: "true", ...settings },
    { parent: durableFolder() },
  );
  onTestFinished(place.remove);
  return place;
}

const idsOf = (stdout: string): string[] => JSON.parse(stdout).findings.map(({ id }: { id: string }) => id);

/** Replaces the static credentials by a command that prints credentials, which expire after `expiresInMs`. */
async function withProcess(place: Place, expiresInMs: number): Promise<void> {
  const { AWS_ACCESS_KEY_ID: AccessKeyId, AWS_SECRET_ACCESS_KEY: SecretAccessKey } = place.env;
  delete place.env.AWS_ACCESS_KEY_ID;
  delete place.env.AWS_SECRET_ACCESS_KEY;
  const Expiration = new Date(Date.now() + expiresInMs).toISOString();
  const credentials = JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey, Expiration });
  const command = join(place.dataDir, "credentials.sh");
  await writeFile(command, `#!/bin/sh\necho '${credentials}'\n`);
  await chmod(command, 0o755);
  const file = join(place.dataDir, "aws-config");
  await writeFile(file, `[profile doctor]\ncredential_process = ${command}\n`);
  Object.assign(place.env, { AWS_PROFILE: "doctor", AWS_CONFIG_FILE: file });
}

describe("valetkey doctor", () => {
  it("valetkey doctor exits with 0 on a healthy set-up, and prints its checks", async () => {
    const { code, stdout, stderr } = await endOfCli(await placeOn(), ["doctor"]);
    expect(stdout).toContain("No fault found in what was checked.");
    expect(stdout).toMatch(/^Not checked:\n.*the service does not run/ms);
    expect(stderr).toContain("Checking: reach the bucket\n");
    expect(code).toBe(0);
  });

  it("valetkey doctor exits with 1 after an error, and prints its reason and remedy", async () => {
    const { code, stdout } = await endOfCli(await placeOn({ AWS_BUCKET_NAME: "nowhere" }), ["doctor"]);
    expect(stdout).toMatch(/^ERROR bucket-missing: .*: the bucket does not exist\.\n {2}The bucket nowhere responded/);
    expect(stdout).toContain("Fix (command):\n    aws s3api create-bucket");
    expect(code).toBe(1);
  });

  it("valetkey doctor exits with 2 if it finds only warnings", async () => {
    const place = await placeOn();
    const secrets = join(place.dataDir, "secrets.json");
    await writeFile(secrets, "{}");
    await chmod(secrets, 0o644);
    const { code, stdout } = await endOfCli(place, ["doctor", "--json"]);
    expect({ code, ids: idsOf(stdout) }).toEqual({ code: 2, ids: ["data-dir-exposed"] });
    expect(stdout).not.toContain(SECRET_KEY);
  });

  it("the printed remedy makes the doctor accept a private certificate authority", async () => {
    const stage = await openStage();
    onTestFinished(stage.close);
    const tls = makeCertificate();
    const proxy = await startRewritingProxy(stage.endpoint, () => undefined, { tls });
    onTestFinished(proxy.close);
    const place = await placeOn({ S3_ENDPOINT: proxy.url.replace("127.0.0.1", "localhost") });
    const before = await endOfCli(place, ["doctor", "--json"]);
    expect(idsOf(before.stdout)).toEqual(["bucket-tls"]);
    const [fix] = JSON.parse(before.stdout).findings[0].fix;
    const [, file = ""] = /^NODE_EXTRA_CA_CERTS=(.*)$/.exec(fix.text) ?? [];
    expect(file).toBe(join(place.dataDir, "ca.pem"));
    await writeFile(file, tls.cert);
    place.env.NODE_EXTRA_CA_CERTS = file;
    const after = await endOfCli(place, ["doctor", "--json"]);
    expect({ code: after.code, ids: idsOf(after.stdout) }).toEqual({ code: 0, ids: [] });
  });

  it("the doctor reports a misspelt setting and the fault that this setting causes", async () => {
    const place = await placeOn({ AUTH_SECERT: "n8sJ2kQ0xV5bZ7mT4rY1wE6uI3oP9aLc" });
    delete place.env.AUTH_SECRET;
    const { code, stdout } = await endOfCli(place, ["doctor"]);
    expect(stdout).toMatch(/^ERROR config-invalid.*\n {2}AUTH_SECRET is missing/m);
    expect(stdout).toMatch(/^WARNING config-doubtful.*\n {2}AUTH_SECERT .* did you mean AUTH_SECRET\?$/m);
    expect(code).toBe(1);
  });

  it("the doctor reports two wrong settings in one run", async () => {
    const { code, stdout } = await endOfCli(await placeOn({ PORT: "none", TRUST_PROXY: "true" }), ["doctor", "--json"]);
    expect({ code, ids: idsOf(stdout) }).toEqual({ code: 1, ids: ["config-invalid", "config-invalid"] });
  });

  it("the doctor finds that the service has no credentials", async () => {
    const place = await placeOn();
    delete place.env.AWS_ACCESS_KEY_ID;
    delete place.env.AWS_SECRET_ACCESS_KEY;
    const { code, stdout } = await endOfCli(place, ["doctor", "--json"]);
    expect({ code, ids: idsOf(stdout) }).toEqual({ code: 1, ids: ["credentials-missing"] });
  });

  it("the doctor finds that the credentials expire in four minutes", async () => {
    const place = await placeOn();
    await withProcess(place, 240_000);
    const { code, stdout } = await endOfCli(place, ["doctor", "--json"]);
    expect({ code, ids: idsOf(stdout) }).toEqual({ code: 2, ids: ["credentials-expire-soon"] });
  });

  it("the doctor accepts credentials that last for an hour", async () => {
    const place = await placeOn();
    await withProcess(place, 3_600_000);
    const { code, stdout } = await endOfCli(place, ["doctor", "--json"]);
    expect({ code, ids: idsOf(stdout) }).toEqual({ code: 0, ids: [] });
  });
});
