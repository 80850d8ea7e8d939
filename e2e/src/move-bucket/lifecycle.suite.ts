import { type LifecycleRule, S3Client } from "@aws-sdk/client-s3";
import { describe, expect, it, onTestFinished } from "vitest";
import { ABORT_RULE, DAILY_RULE, putCors, putLifecycle } from "../doctor/provider-faults.ts";
import type { RunningProvider } from "../testing/s3-servers/providers.ts";
import { makeFixedPlace, originOf } from "./stage.ts";
import { tryMove } from "./try-move.ts";

/** Tests `valetkey move bucket` with lifecycle rules of the new bucket. The built-in bucket has no lifecycle rules. */
export function lifecycleSuite(name: string, running: () => RunningProvider): void {
  async function moveTo(rules: LifecycleRule[]) {
    const server = await running().newBucket();
    const s3 = new S3Client(server);
    onTestFinished(() => s3.destroy());
    const place = await makeFixedPlace({});
    await putCors(server, s3, originOf(place));
    await putLifecycle(server, s3, rules);
    return { server, ...(await tryMove(place, server)) };
  }

  describe(`valetkey move bucket to ${name}`, () => {
    it(`a move refuses a bucket of ${name} with a rule that deletes files`, async () => {
      const { code, stderr, origins, server } = await moveTo([ABORT_RULE, DAILY_RULE]);
      expect(stderr).toContain("a lifecycle rule deletes them (lifecycle-deletes): The rule daily deletes objects");
      expect(code).toBe(1);
      expect(origins).not.toContain(server.endpoint);
    });

    it(`a move accepts a bucket of ${name} with a rule that only aborts uploads`, async () => {
      const { code, stderr, origins, server } = await moveTo([ABORT_RULE]);
      expect(stderr).not.toContain("lifecycle");
      expect(code).toBe(0);
      expect(origins).toEqual([server.endpoint, server.endpoint]);
    });
  });
}
