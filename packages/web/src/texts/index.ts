export { describeProblem } from "./describe-problem.ts";
/**
 * Every word of the app, by feature. A translation is another folder with the same shape. A namespace and no object, so that each page fetches
 * only the words of what is on it.
 */
export * as texts from "./en/index.ts";
export * from "./format.ts";
