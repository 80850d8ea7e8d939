import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { BrowserContext, Page } from "playwright-core";

type Finding = { id: string; impact?: string | null; help: string; nodes: { html: string; failureSummary?: string }[] };

const require = createRequire(import.meta.url);
// The browser compiles axe-core for each page. The minified file takes a third less time to compile.
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
// Waits for two frames, because a new theme appears in the next frame. Then waits until all animations have finished.
const SETTLED = `new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)))
  .then(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)))`;

// Turns off the rules whose findings are only minor or moderate, because these rules take up to half of the time.
const LESSER = `Object.fromEntries(axe._audit.rules
  .filter(({ impact }) => impact === "minor" || impact === "moderate")
  .map(({ id }) => [id, { enabled: false }]))`;

/**
 * Runs axe-core at the start of each page of the context. The browser then compiles axe-core only once, which helps a test that checks many
 * pages.
 */
export function loadAxe(context: BrowserContext): Promise<unknown> {
  return context.addInitScript({ content: AXE });
}

/**
 * Returns the serious and critical findings of axe-core on the page, with one line for each finding.
 * `rules`: the rules to run, for example `color-contrast`. Default: all rules.
 */
export async function seriousFindings(page: Page, { rules }: { rules?: readonly string[] } = {}): Promise<string[]> {
  // Without `loadAxe`, loads axe-core with `evaluate`, because a script element would violate the content security policy.
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

/** The rules to repeat in the dark theme. The theme changes only colours, so no other rule can find more problems there. */
const COLOURS = ["color-contrast", "link-in-text-block"];

/** Returns all findings in the light theme, and the findings about colours in the dark theme. Leaves the page in the dark theme. */
export async function findingsInBothThemes(page: Page): Promise<string[]> {
  await page.emulateMedia({ colorScheme: "light" });
  const found = await seriousFindings(page);
  await page.emulateMedia({ colorScheme: "dark" });
  return [...found, ...(await seriousFindings(page, { rules: COLOURS }))];
}
