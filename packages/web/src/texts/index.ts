export { describeProblem } from "./describe-problem.ts";
/**
 * Every text of the app, by feature. A translation is another folder of the same shape. It is a namespace and not an object, so that each
 * page loads only its own texts.
 */
export * as texts from "./en/index.ts";
export * from "./format.ts";
