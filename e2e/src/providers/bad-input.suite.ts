import { describe } from "vitest";
import type { RunningProvider } from "../testing/s3-servers/providers.ts";
import { clockTests } from "./bad-input/clocks.suite.ts";
import { contentTests } from "./bad-input/content.suite.ts";
import { useBadInputFixture } from "./bad-input/fixture.ts";
import { headerTests } from "./bad-input/headers.suite.ts";
import { partTests } from "./bad-input/parts.suite.ts";
import { restartTests } from "./bad-input/restarts.suite.ts";
import { swapTests } from "./bad-input/swap.suite.ts";

/**
 * Tests wrong uploads on one S3 server. A file must never be downloadable before the service has verified it.
 * `name`: the name of the server, as in the table of docs/providers.md.
 */
export function badInputSuite(name: string, running: () => RunningProvider): void {
  describe(`bad input on ${name}`, () => {
    const fixture = useBadInputFixture(name, running);
    contentTests(fixture);
    headerTests(fixture);
    swapTests(fixture);
    partTests(fixture);
    clockTests(fixture);
    restartTests(fixture);
  });
}
