import type { LinkProblems, LinkValues } from "./link-values.ts";

/** The props that each part of the form gets. */
export type FormFields = {
  values: LinkValues;
  problems: LinkProblems;
  change: (changed: Partial<LinkValues>) => void;
};
