export { describeProblem, loadRareProblems } from "./describe-problem.ts";
/**
 * Every text of the app, by feature. A build replaces `en` by the folder of its language (language.ts beside the configurations of
 * Vite). Every page loads these texts at its start. The long texts of single pages have their own files, such as `en/trash.ts`.
 */
export * as texts from "./en/index.ts";
export * from "./format.ts";
