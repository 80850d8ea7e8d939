import { afterAll, beforeAll, describe } from "vitest";
import { bucketSuite } from "../../packages/server/src/platform/bucket/bucket.suite.ts";
import { badInputSuite } from "./providers/bad-input.suite.ts";
import { PROFILES } from "./testing/s3-servers/profiles.ts";
import { type RunningProvider, startProfileProvider } from "./testing/s3-servers/providers.ts";

/** The sizes of an empty object, of one PUT, and of two parts. Other sizes behave in the same way with every profile. */
const STREAM_SIZES = [0, 1, 5 * 2 ** 20 + 1];

/**
 * The names of the profiles on which the tests of bad input run. A server enforces the conditions of a write, refuses them, or
 * ignores them. The test of the built-in bucket covers the first kind of server. One profile covers each of the other two kinds.
 * `PROFILES=all` runs all profiles, and takes three times as long.
 */
const BAD_INPUT = process.env.PROFILES === "all" ? PROFILES.map(({ name }) => name) : ["B2", "Google"];

describe.each(PROFILES)("the profile of $name", (profile) => {
  let provider: RunningProvider;

  beforeAll(async () => {
    provider = await startProfileProvider(profile);
  });
  afterAll(() => provider.stop());

  bucketSuite(profile.name, () => provider.newBucket(), { streamSizes: STREAM_SIZES });
  if (BAD_INPUT.includes(profile.name)) badInputSuite(profile.name, () => provider);
});
