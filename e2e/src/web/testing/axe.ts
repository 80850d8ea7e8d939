import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

type Finding = { id: string; impact?: string | null; help: string; nodes: { html: string; failureSummary?: string }[] };

const require = createRequire(import.meta.url);
// Each page compiles axe-core again. Without white space, that takes a third less time.
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
// A new theme appears in the next frame. Colours are final when all animations have finished.
const SETTLED = `new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)))
  .then(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)))`;

// The findings of a rule have its impact. Rules for lesser findings take up to half of the time.
const LESSER = `Object.fromEntries(axe._audit.rules
  .filter(({ impact }) => impact === "minor" || impact === "moderate")
  .map(({ id }) => [id, { enabled: false }]))`;

/**
 * Returns the serious and critical findings of axe-core on the page, with one line for each finding.
 * `rules`: the rules to run, for example `color-contrast`. Default: all rules.
 */
export async function seriousFindings(page: Page, { rules }: { rules?: readonly string[] } = {}): Promise<string[]> {
  // A script element would violate the policy of the pages.
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

/** The theme changes only colours. */
const COLOURS = ["color-contrast", "link-in-text-block"];

/** Returns the findings in the light theme, and those about colours in the dark theme. The page stays dark. */
export async function findingsInBothThemes(page: Page): Promise<string[]> {
  await page.emulateMedia({ colorScheme: "light" });
  const found = await seriousFindings(page);
  await page.emulateMedia({ colorScheme: "dark" });
  return [...found, ...(await seriousFindings(page, { rules: COLOURS }))];
}
