import { afterAll, vi } from "vitest";

/**
 * Stubs the globals of a page that modules read when they load. A test file calls it once, and imports these modules after it with
 * `await import`. Without it, such a test passes only if another test file of the same worker loaded them before.
 */
export function stubPage(): void {
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("location", new URL("https://valet.example"));
  vi.resetModules();
  afterAll(() => void vi.unstubAllGlobals());
}
