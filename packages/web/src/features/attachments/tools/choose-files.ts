/** The selected files. `last` is the file that the user selected or deselected last. A range begins at this file. */
export type Choice = { ids: ReadonlySet<string>; last: string | undefined };

export const NOTHING: Choice = { ids: new Set(), last: undefined };

type Click = {
  /** The ids of the listed files, in their order. */
  listed: readonly string[];
  /** Whether the click selects all files between the last click and this one. */
  isRange: boolean;
};

/** Selects or deselects a file. In a range, all files get the new state of this file. */
export function chooseFile({ ids, last }: Choice, id: string, { listed, isRange }: Click): Choice {
  const from = isRange && last !== undefined ? listed.indexOf(last) : -1;
  const to = listed.indexOf(id);
  const range = from === -1 || to === -1 ? [id] : listed.slice(Math.min(from, to), Math.max(from, to) + 1);
  return { ids: withAll(ids, range, !ids.has(id)), last: id };
}

/** Selects all listed files, or deselects them if all are selected. Files that are not listed stay as they are. */
export function chooseAll({ ids }: Choice, listed: readonly string[]): Choice {
  return { ids: withAll(ids, listed, !listed.every((id) => ids.has(id))), last: undefined };
}

function withAll(ids: ReadonlySet<string>, changed: readonly string[], isChosen: boolean): ReadonlySet<string> {
  return new Set(isChosen ? [...ids, ...changed] : [...ids].filter((id) => !changed.includes(id)));
}
