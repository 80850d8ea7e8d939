import { afterAll, beforeAll } from "vitest";
import { bucketSuite } from "../../../packages/server/src/platform/bucket/bucket.suite.ts";
import { doctorSuite } from "../doctor/provider.suite.ts";
import { cephDoctor } from "../doctor/provider-faults.ts";
import { lifecycleSuite } from "../move-bucket/lifecycle.suite.ts";
import { type RunningProvider, startCeph } from "../testing/s3-servers/providers.ts";
import { badInputSuite, STREAM_SIZES } from "./bad-input.suite.ts";

let provider: RunningProvider;

beforeAll(async () => {
  provider = await startCeph();
});
afterAll(() => provider.stop());

bucketSuite("Ceph RGW", () => provider.newBucket(), { streamSizes: STREAM_SIZES });
badInputSuite("Ceph RGW", () => provider);
doctorSuite("Ceph RGW", () => provider, cephDoctor);
lifecycleSuite("Ceph RGW", () => provider);
