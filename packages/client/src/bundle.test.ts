import { describe, expect, it } from "vitest";
import { bundleSize } from "../scripts/bundle-size.ts";

describe("the bundle of a page", () => {
  it("the bundle of @valetkey/client has under 14.1 kB and no code of other packages", async () => {
    const { gzipped, inputs } = await bundleSize('export * from "@valetkey/client"');
    expect(gzipped).toBeLessThan(14_100);
    expect(inputs.filter((path) => !path.includes("client/src/") && path !== "<stdin>")).toEqual([]);
  });

  it("a bundle that imports only createCalls has no code for uploads or downloads", async () => {
    const { gzipped, inputs } = await bundleSize('export { createCalls, ValetKeyError } from "@valetkey/client"');
    expect(inputs.length).toBeGreaterThan(5);
    expect(inputs.filter((path) => /client\/src\/(?:upload|download|platform|send-bytes|client)/.test(path))).toEqual(
      [],
    );
    expect(gzipped).toBeLessThan(3_400);
  });
});
