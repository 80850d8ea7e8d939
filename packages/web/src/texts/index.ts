export { describeProblem } from "./describe-problem.ts";
/**
 * Every text of the app, by feature. A translation is another folder of the same shape. Every page loads these texts at its start. The
 * long texts of single pages have their own files, such as `en/activity.ts`.
 */
export * as texts from "./en/index.ts";
export * from "./format.ts";
