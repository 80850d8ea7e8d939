import type { LinkProblems, LinkValues } from "./link-values.ts";

/** The props of each part of the form. */
export type FormFields = {
  values: LinkValues;
  problems: LinkProblems;
  change: (changed: Partial<LinkValues>) => void;
};
