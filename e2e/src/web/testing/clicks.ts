import type { BrowserContext } from "playwright-core";

declare const addEventListener: (
  type: string,
  then: (event: { isTrusted: boolean }) => void,
  isCapturing: true,
) => void;

/**
 * Counts the users' clicks on all later pages of these contexts. A key that presses a button also counts. Clicks by scripts do not count.
 */
export async function countClicks(contexts: readonly BrowserContext[]): Promise<() => number> {
  let clicks = 0;
  for (const context of contexts) {
    await context.exposeFunction("clicked", () => {
      clicks += 1;
    });
    await context.addInitScript(() =>
      addEventListener(
        "click",
        ({ isTrusted }) => isTrusted && (globalThis as unknown as { clicked(): void }).clicked(),
        true,
      ),
    );
  }
  return () => clicks;
}
