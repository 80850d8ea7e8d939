import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { BrowserContext, Page } from "playwright-core";

type Finding = { id: string; impact?: string | null; help: string; nodes: { html: string; failureSummary?: string }[] };

const require = createRequire(import.meta.url);
// The browser compiles axe-core for each page, and compiles the minified file in a third less time.
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
// Waits for two frames, because a new theme appears in the next frame, and then until all animations have finished.
const SETTLED = `new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)))
  .then(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)))`;

// Turns off the rules with only minor or moderate findings, which take up to half of the time.
const LESSER = `Object.fromEntries(axe._audit.rules
  .filter(({ impact }) => impact === "minor" || impact === "moderate")
  .map(({ id }) => [id, { enabled: false }]))`;

/**
 * Makes each page of a context load axe-core when it starts. The browser then compiles axe-core only once, which helps tests that check
 * many pages.
 */
export function loadAxe(context: BrowserContext): Promise<unknown> {
  return context.addInitScript({ content: AXE });
}

/**
 * Returns the serious and critical findings of axe-core on the page, one line for each finding. `rules`: the rules to run, such as
 * `color-contrast`. Default: all rules.
 */
export async function seriousFindings(page: Page, { rules }: { rules?: readonly string[] } = {}): Promise<string[]> {
  // Loads axe-core with `evaluate`, because a script element would violate the content security policy.
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(AXE);
  await page.evaluate(SETTLED);
  const chosen = rules === undefined ? `rules: ${LESSER}` : `runOnly: ${JSON.stringify(rules)}`;
  const violations: Finding[] = await page.evaluate(
    `axe.run(document, { resultTypes: ["violations"], ${chosen} }).then(({ violations }) => violations)`,
  );
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, failureSummary = "" }) => `${id}: ${help}\n  ${html.slice(0, 200)}\n  ${failureSummary}`),
    );
}

/** The rules to repeat in the dark theme. The theme changes only colours, so all other rules would find the same problems. */
const COLOURS = ["color-contrast", "link-in-text-block"];

/** Returns all findings in the light theme, and the findings about colours in the dark theme. Leaves the page in the dark theme. */
export async function findingsInBothThemes(page: Page): Promise<string[]> {
  await page.emulateMedia({ colorScheme: "light" });
  const found = await seriousFindings(page);
  await page.emulateMedia({ colorScheme: "dark" });
  return [...found, ...(await seriousFindings(page, { rules: COLOURS }))];
}
