/**
 * One text for each part of the data that a user sees. When the data in a part changes, the text of the part changes too
 * (features/changes/change.ts).
 */
export type PartTexts = { own: string; shared: string; note: string };

export type ChangeQueries = {
  /** `noteId`: the note that the user has open. Runs one short query, which does not become slower as the audit log grows. */
  describe(userId: string, noteId: string | undefined): Promise<PartTexts>;
};
