import axe from "axe-core";
import type { Page } from "playwright-core";

type Finding = { id: string; impact?: string | null; help: string; nodes: { html: string; failureSummary?: string }[] };

// A new theme appears in the next frame. Colours are final when all animations have finished.
const SETTLED = `new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)))
  .then(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)))`;

/**
 * Returns the serious and critical findings of axe-core on the page, one line each.
 * `rules`: the rules to run, for example `color-contrast`. Default: all.
 */
export async function seriousFindings(page: Page, { rules }: { rules?: readonly string[] } = {}): Promise<string[]> {
  // A script element would violate the policy of the pages.
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(axe.source);
  await page.evaluate(SETTLED);
  const options = { resultTypes: ["violations"], ...(rules !== undefined && { runOnly: rules }) };
  const violations: Finding[] = await page.evaluate(
    `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => violations)`,
  );
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, failureSummary = "" }) => `${id}: ${help}\n  ${html.slice(0, 200)}\n  ${failureSummary}`),
    );
}
