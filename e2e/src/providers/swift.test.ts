import { afterAll, beforeAll } from "vitest";
import { bucketSuite } from "../../../packages/server/src/platform/bucket/bucket.suite.ts";
import { doctorSuite } from "../doctor/provider.suite.ts";
import { swiftDoctor } from "../doctor/provider-faults.ts";
import { type RunningProvider, startSwift } from "../testing/s3-servers/providers.ts";
import { badInputSuite, STREAM_SIZES } from "./bad-input.suite.ts";

let provider: RunningProvider;

beforeAll(async () => {
  provider = await startSwift();
});
afterAll(() => provider.stop());

bucketSuite("OpenStack Swift", () => provider.newBucket(), { streamSizes: STREAM_SIZES });
badInputSuite("OpenStack Swift", () => provider);
doctorSuite("OpenStack Swift", () => provider, swiftDoctor);
