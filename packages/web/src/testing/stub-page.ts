import { afterAll, vi } from "vitest";

/**
 * Stubs the globals that modules of the app read when they load. A test file calls `stubPage` once, and then imports these modules with
 * `await import`. Without the stub, the result of a test depends on the other test files of the same worker.
 */
export function stubPage(): void {
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("location", new URL("https://valet.example"));
  vi.resetModules();
  afterAll(() => void vi.unstubAllGlobals());
}
