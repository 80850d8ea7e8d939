import { afterAll, beforeAll } from "vitest";
import { badInputSuite } from "./providers/bad-input.suite.ts";
import { type RunningProvider, startEmbeddedProvider } from "./testing/s3-servers/providers.ts";

let provider: RunningProvider;

beforeAll(async () => {
  provider = await startEmbeddedProvider();
});
afterAll(() => provider.stop());

badInputSuite("built-in", () => provider, { kind: "built-in" });
