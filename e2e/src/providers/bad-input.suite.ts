import { afterAll, describe } from "vitest";
import type { RunningProvider } from "../testing/s3-servers/providers.ts";
import { batchTests } from "./bad-input/batches.suite.ts";
import { clockTests } from "./bad-input/clocks.suite.ts";
import { contentTests } from "./bad-input/content.suite.ts";
import { useBadInputFixture } from "./bad-input/fixture.ts";
import { headerTests } from "./bad-input/headers.suite.ts";
import { partTests } from "./bad-input/parts.suite.ts";
import { previewTests } from "./bad-input/previews.suite.ts";
import { bucketRestartTests, serviceRestartTests } from "./bad-input/restarts.suite.ts";
import { swapTests } from "./bad-input/swap.suite.ts";

/** The sizes of an empty object, of a single PUT and of two parts. The tests of the built-in bucket have more sizes. */
export const STREAM_SIZES = [0, 1, 5 * 2 ** 20 + 1];

type BadInputOptions = {
  /**
   * `profile`: the built-in bucket behind a proxy. `server`: another S3 server (default). The tests of the built-in bucket cover a kill of
   * the service for all kinds, and the restart of the bucket and most stored headers for profiles.
   */
  kind?: "built-in" | "server" | "profile";
};

/**
 * Tests wrong uploads on one S3 server. No file may be downloadable before the service has verified it. `name`: the name of the server in
 * the table of docs/providers.md.
 */
export function badInputSuite(
  name: string,
  running: () => RunningProvider,
  { kind = "server" }: BadInputOptions = {},
): void {
  describe(`bad input on ${name}`, () => {
    const fixture = useBadInputFixture(name, running);
    const groups = {
      "wrong content": () => contentTests(fixture),
      "stored headers": () => headerTests(fixture, { onlyFirst: kind === "profile" }),
      "second PUTs": () => swapTests(fixture),
      parts: () => partTests(fixture),
      previews: () => previewTests(fixture),
      batches: () => batchTests(fixture),
      clocks: () => clockTests(fixture),
      ...(kind === "built-in" && { "restarts of the service": () => serviceRestartTests(fixture) }),
      ...(kind !== "profile" && { "restarts of the bucket": () => bucketRestartTests(fixture) }),
    };
    describe.each(Object.entries(groups))("%s", (_, addTests) => {
      // After the tests of each group, a sweep must leave only ready files in the bucket.
      afterAll(() => fixture.nothingOrphaned());
      addTests();
    });
  });
}
