import { en } from "./en.ts";

/**
 * Every text of the landing page. A translation is another file of the same shape. This file would choose it by `navigator.languages`.
 */
export const texts = en;
