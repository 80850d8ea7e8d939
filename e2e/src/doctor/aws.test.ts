import { describe, expect, it, onTestFinished } from "vitest";
import { exposureCheck, signatureAgeCheck } from "../../../packages/server/src/operations/doctor/checks/exposure.ts";
import type { DoctorParts } from "../../../packages/server/src/operations/doctor/parts.ts";
import { loadConfig } from "../../../packages/server/src/platform/config/index.ts";
import { openDoctor } from "../../../packages/server/src/wiring/doctor.ts";
import { openStage } from "./stage.ts";

/** Opens a healthy set-up that looks like AWS. Sets the provider, which the doctor otherwise recognises only by the host name. */
async function openOnAws(): Promise<DoctorParts> {
  const stage = await openStage();
  onTestFinished(stage.close);
  const { config } = loadConfig(stage.env, { workingDirectory: stage.dataDir });
  const { parts, close } = await openDoctor(config, { warnings: [] });
  onTestFinished(close);
  return { ...parts, provider: "aws" };
}

describe("the doctor on AWS", () => {
  it("the doctor reports that no AWS policy limits the age of signatures", async () => {
    const outcomes = await signatureAgeCheck.run(await openOnAws());
    expect(outcomes).toMatchObject([{ finding: { id: "signature-age-unlimited", severity: "info" } }]);
  });

  it("the doctor reports that the AWS credentials can list all buckets", async () => {
    const outcomes = await exposureCheck.run(await openOnAws());
    expect(outcomes).toMatchObject([{ finding: { id: "policy-lists-buckets", severity: "info" } }]);
  });
});
