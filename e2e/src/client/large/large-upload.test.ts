import { describe, expect, it } from "vitest";
import { uploadInOneGo, uploadThroughKills } from "./large-upload.ts";

const MIB = 2 ** 20;
// `npm run large-upload` runs the same steps with a file of 5 GiB. At 25 % of the test file, the killed client has sent more than four
// parts. So the bucket has at least one whole part, from which the next client continues.
const sizeBytes = 192 * MIB + 4321;
const say = () => undefined;

describe("a large file, with client, service and bucket in processes of their own", () => {
  it("a large upload uses less than 30 MiB of the service's memory", async () => {
    const { sha256, service } = await uploadInOneGo({ sizeBytes, say });
    expect(sha256.stored).toBe(sha256.given);
    expect(service.peakBytes - service.firstBytes).toBeLessThan(30 * MIB);
  });

  it("a large upload survives a kill of the client, the service and the bucket", async () => {
    const { sha256, resumedAtBytes } = await uploadThroughKills({ sizeBytes, say });
    expect(sha256.stored).toBe(sha256.given);
    expect(resumedAtBytes).toBeGreaterThan(0);
  });
});
