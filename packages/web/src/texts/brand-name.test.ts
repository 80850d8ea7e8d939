import { expect, it, vi } from "vitest";

it("the texts of the app contain the configured name of the service", async () => {
  // Another test file of the same worker may have loaded the texts with the default name.
  vi.resetModules();
  vi.stubGlobal("document", { querySelector: () => ({ content: "Safe & Co" }) });
  const { app } = await import("./en/app.ts");
  expect([app.name, app.titleOf("Links")]).toEqual(["Safe & Co", "Links · Safe & Co"]);
});
