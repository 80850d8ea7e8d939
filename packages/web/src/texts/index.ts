export { describeProblem, loadRareProblems } from "./describe-problem.ts";
/**
 * Every text of the app, by feature. Every page loads these texts at its start. Long texts of single pages have their own files, such as
 * `en/trash.ts`. The build for another language replaces `en` by its folder (language.ts beside the Vite configurations).
 */
export * as texts from "./en/index.ts";
export * from "./format.ts";
