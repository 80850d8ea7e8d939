import { afterAll, beforeAll } from "vitest";
import { bucketSuite } from "../../packages/server/src/bucket/bucket.suite.ts";
import { badInputSuite } from "./bad-input.suite.ts";
import { allowAnyone, doctorSuite, putCors, putLifecycle, putVersioning } from "./doctor.suite.ts";
import { type RunningProvider, startCeph } from "./providers.ts";

let provider: RunningProvider;

beforeAll(async () => {
  provider = await startCeph();
});
afterAll(() => provider.stop());

bucketSuite("Ceph RGW", () => provider.newBucket());
badInputSuite("Ceph RGW", () => provider);
doctorSuite("Ceph RGW", () => provider, {
  provider: "ceph",
  // docs/providers.md has the consequences.
  differences: ["checksum-missing", "copy-source-hole"],
  async setUp(server, s3) {
    await putCors(server, s3);
    await putLifecycle(server, s3);
  },
  faults: [
    {
      fault: "CORS allows another origin",
      id: "cors-origin",
      change: (server, s3) => putCors(server, s3, "https://elsewhere.example.com"),
    },
    {
      fault: "old versions never expire",
      id: "versions-kept",
      // Ceph ignores the condition of a PUT in a bucket with versions.
      also: ["conditional-put-missing"],
      change: putVersioning,
    },
    {
      fault: "anyone can list the bucket",
      id: "anonymous-list",
      change: (server, s3) => allowAnyone(server, s3, { action: "s3:ListBucket", on: "bucket" }),
    },
    {
      fault: "anyone can read an object",
      id: "anonymous-read",
      change: (server, s3) => allowAnyone(server, s3, { action: "s3:GetObject", on: "objects" }),
    },
    {
      fault: "anyone can write an object",
      id: "anonymous-write",
      change: (server, s3) => allowAnyone(server, s3, { action: "s3:PutObject", on: "objects" }),
    },
  ],
});
