export { describeProblem, loadRareProblems } from "./describe-problem.ts";
/**
 * The texts that every page loads at its start, by feature. Long texts of single pages have their own files, such as `en/trash.ts`. The
 * build for another language replaces the folder `en` by the folder of the language (language.ts beside the Vite configurations).
 */
export * as texts from "./en/index.ts";
export * from "./format.ts";
