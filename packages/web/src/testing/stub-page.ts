import { afterAll, vi } from "vitest";

/**
 * Stubs the globals of a page that modules read at load. A test file calls `stubPage` once, and then imports these modules with `await
 * import`. Without the stub, a test passes only if another test file of the same worker loaded the modules before.
 */
export function stubPage(): void {
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("location", new URL("https://valet.example"));
  vi.resetModules();
  afterAll(() => void vi.unstubAllGlobals());
}
