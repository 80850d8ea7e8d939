import { describe, expect, it, onTestFinished } from "vitest";
import { inspect } from "../../../packages/server/src/platform/bucket/testing/bucket-server.ts";
import { hasDifferences, PROFILES } from "../testing/s3-servers/profiles.ts";
import { behindProfile } from "./faults/feature-faults.ts";
import { examine, openStage, runService, type Stage } from "./stage.ts";

/** The findings for each provider profile. Each finding is a difference from Amazon S3. */
const DIFFERENCES: Record<string, string[]> = {
  B2: ["checksum-missing", "conditional-put-missing"],
  Google: ["conditional-put-missing"],
  Garage: ["conditional-put-missing"],
  SeaweedFS: ["conditional-put-missing"],
};

async function useStage(): Promise<Stage> {
  const stage = await openStage();
  onTestFinished(stage.close);
  return stage;
}

describe("the doctor on a healthy set-up", () => {
  it("the doctor reports no false fault on a service with the built-in bucket", async () => {
    const stage = await useStage();
    const { DATA_DIR = "" } = stage.env;
    const { env } = await runService({ ...stage, env: { DATA_DIR } });
    const { findings, unchecked, worst } = await examine(env);
    expect({ findings, unchecked, worst }).toEqual({ findings: [], unchecked: [], worst: "healthy" });
  });

  it("before the first start, the doctor lists the skipped checks, and reports no fault", async () => {
    const { env } = await useStage();
    const { findings, unchecked } = await examine({ DATA_DIR: env.DATA_DIR ?? "" });
    expect(findings).toEqual([]);
    expect(unchecked.map(({ subject }) => subject)).toEqual([
      "embedded database",
      "bucket",
      "the rest of the bucket",
      "PUBLIC_URL and its proxy",
    ]);
  });

  it("the doctor deletes its test objects from the bucket", async () => {
    const { env, endpoint } = await useStage();
    const report = await examine(env);
    expect(report.checked).toContain("capabilities of the bucket");
    const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } = env;
    const credentials = { accessKeyId, secretAccessKey };
    const bucket = inspect({ endpoint, region: "us-east-1", bucket: "files", forcePathStyle: true, credentials });
    expect(await bucket.keys()).toEqual([]);
    expect(await bucket.uploads()).toBe(0);
  });

  it("the doctor accepts the documented CORS configuration of a provider", async () => {
    const stage = await useStage();
    const allowedHeaders = ["content-type", "x-amz-checksum-sha256"];
    const { S3_ENDPOINT: endpoint = "" } = await stage.withCors({
      allowedOrigins: [stage.env.PUBLIC_URL ?? ""],
      allowedHeaders,
    });
    const { ids } = await examine(await behindProfile("Google")({ ...stage, endpoint }));
    expect(ids).toEqual(["conditional-put-missing"]);
  });

  it.each(PROFILES.filter(hasDifferences))(
    "the doctor finds only the documented differences of the simulated S3 server $name",
    async ({ name }) => {
      const stage = await useStage();
      const { ids, worst } = await examine(await behindProfile(name)(stage));
      expect(ids).toEqual(DIFFERENCES[name] ?? []);
      expect(["healthy", "info"]).toContain(worst);
    },
  );
});
