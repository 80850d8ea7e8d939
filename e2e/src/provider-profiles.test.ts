import { afterAll, beforeAll, describe } from "vitest";
import { bucketSuite } from "../../packages/server/src/bucket/bucket.suite.ts";
import { badInputSuite } from "../providers/bad-input.suite.ts";
import { PROFILES } from "../providers/profiles/profiles.ts";
import { type RunningProvider, startProfileProvider } from "../providers/providers.ts";

/** An empty body, one PUT, and two parts. Other sizes behave the same on a profile. */
const STREAM_SIZES = [0, 1, 5 * 2 ** 20 + 1];

/**
 * For bad input, there are three kinds of servers: they enforce conditions, refuse them, or ignore them. The test of the embedded bucket covers
 * the first kind. One profile covers each of the other two kinds. `PROFILES=all` runs all profiles, in three times the time.
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
