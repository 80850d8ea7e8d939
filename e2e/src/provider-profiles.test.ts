import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bucketSuite } from "../../packages/server/src/platform/bucket/bucket.suite.ts";
import { declaredPromises } from "../../packages/server/src/platform/bucket/testing/declared-promises.ts";
import { badInputSuite, STREAM_SIZES } from "./providers/bad-input.suite.ts";
import { hasDifferences, PROFILES } from "./testing/s3-servers/profiles.ts";
import { type RunningProvider, startProfileProvider } from "./testing/s3-servers/providers.ts";

/**
 * The profiles for the tests of bad input. A server can enforce, refuse or ignore the conditions of a write. The built-in bucket enforces
 * the conditions. One of these profiles refuses the conditions, and the other profile ignores them. `PROFILES=all` runs all profiles, which
 * takes three times as long.
 */
const BAD_INPUT = process.env.PROFILES === "all" ? PROFILES.map(({ name }) => name) : ["B2", "Google"];

describe.each(PROFILES.filter(hasDifferences))("the profile of $name", (profile) => {
  let provider: RunningProvider;

  beforeAll(async () => {
    provider = await startProfileProvider(profile);
  });
  afterAll(() => provider.stop());

  bucketSuite(profile.name, () => provider.newBucket(), { streamSizes: STREAM_SIZES, kind: "profile" });
  if (BAD_INPUT.includes(profile.name)) {
    badInputSuite(profile.name, () => provider, { kind: "profile" });
  }
});

// The tests of the built-in bucket also cover a profile without differences.
it.each(PROFILES.filter((profile) => !hasDifferences(profile)))(
  "docs/providers.md promises the same for the S3 server $name as for the built-in bucket",
  ({ name }) => {
    expect(declaredPromises(name)).toEqual(declaredPromises("built-in"));
  },
);
