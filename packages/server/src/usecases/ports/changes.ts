/** Texts that differ as soon as a part of what a user sees has changed (domain/changes.ts). */
export type PartTexts = { own: string; shared: string; note: string };

export type ChangeQueries = {
  /** `noteId`: the note that the user has open. One short query, whatever the size of the audit log. */
  describe(userId: string, noteId: string | undefined): Promise<PartTexts>;
};
