import axe from "axe-core";
import type { Page } from "playwright-core";

type Finding = { id: string; impact?: string | null; help: string; nodes: { html: string; failureSummary?: string }[] };

// A theme that has changed is there in the next picture, and what moves on its way to it has no colours of its own.
const SETTLED = `new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)))
  .then(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)))`;

/**
 * What axe-core finds on the page as it stands and calls serious or critical, one line each; empty: nothing. `rules`: only these, for example
 * `color-contrast`. Default: all.
 */
export async function seriousFindings(page: Page, { rules }: { rules?: readonly string[] } = {}): Promise<string[]> {
  // Evaluated rather than added as a script: the policy of the pages stays in force.
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
