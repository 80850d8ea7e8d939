import { afterAll, beforeAll } from "vitest";
import { bucketSuite } from "../../packages/server/src/bucket/bucket.suite.ts";
import { badInputSuite } from "./bad-input.suite.ts";
import { doctorSuite } from "./doctor.suite.ts";
import { type RunningProvider, startSwift } from "./providers.ts";

let provider: RunningProvider;

beforeAll(async () => {
  provider = await startSwift();
});
afterAll(() => provider.stop());

bucketSuite("OpenStack Swift", () => provider.newBucket());
badInputSuite("OpenStack Swift", () => provider);
doctorSuite("OpenStack Swift", () => provider, {
  provider: "swift",
  differences: ["conditional-put-missing", "parts-survive"],
  setUp: async ({ bucket }) => provider.allowOrigin?.(bucket, "http://localhost:3000"),
  faults: [
    {
      fault: "CORS of the container is missing",
      id: "cors-origin",
      change: async ({ bucket }) => provider.allowOrigin?.(bucket, ""),
    },
    {
      fault: "CORS allows another origin",
      id: "cors-origin",
      settings: { PUBLIC_URL: "http://localhost:3001" },
    },
  ],
});
