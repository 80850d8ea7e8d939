import { afterAll, describe } from "vitest";
import type { RunningProvider } from "../testing/s3-servers/providers.ts";
import { batchTests } from "./bad-input/batches.suite.ts";
import { clockTests } from "./bad-input/clocks.suite.ts";
import { contentTests } from "./bad-input/content.suite.ts";
import { useBadInputFixture } from "./bad-input/fixture.ts";
import { headerTests } from "./bad-input/headers.suite.ts";
import { partTests } from "./bad-input/parts.suite.ts";
import { previewTests } from "./bad-input/previews.suite.ts";
import { restartTests } from "./bad-input/restarts.suite.ts";
import { swapTests } from "./bad-input/swap.suite.ts";

/** The sizes are for an empty object, a single PUT and two parts. The tests of the built-in bucket store objects of further sizes. */
export const STREAM_SIZES = [0, 1, 5 * 2 ** 20 + 1];

/**
 * Tests wrong uploads on one S3 server. A file must not be downloadable before the service has verified the file.
 * `name`: the name of the server, as in the table of docs/providers.md. `isProfile`: whether the server is the built-in bucket behind a
 * proxy. For a profile, the suite skips restarts and all stored headers except one, because the tests of the built-in bucket cover restarts
 * and headers.
 */
export function badInputSuite(name: string, running: () => RunningProvider, { isProfile = false } = {}): void {
  describe(`bad input on ${name}`, () => {
    const fixture = useBadInputFixture(name, running);
    const groups = {
      "wrong content": () => contentTests(fixture),
      "stored headers": () => headerTests(fixture, { onlyFirst: isProfile }),
      "second PUTs": () => swapTests(fixture),
      parts: () => partTests(fixture),
      previews: () => previewTests(fixture),
      batches: () => batchTests(fixture),
      clocks: () => clockTests(fixture),
      ...(!isProfile && { restarts: () => restartTests(fixture) }),
    };
    describe.each(Object.entries(groups))("%s", (_, addTests) => {
      // A sweep after the tests of each group must leave only ready files in the bucket.
      afterAll(() => fixture.nothingOrphaned());
      addTests();
    });
  });
}
