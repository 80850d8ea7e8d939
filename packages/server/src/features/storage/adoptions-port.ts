/**
 * An object that `valetkey adopt --list` has adopted. `sourceKey`: the key of the object in the list. `oldId`: the id that the file had in
 * another application. The row stays when the attachment is deleted, so a repeated adoption does not bring the file back.
 */
export type Adoption = { sourceKey: string; oldId: string | undefined; attachmentId: string };

export type AdoptionQueries = {
  /** Returns false if the key or the old id has an adoption already. */
  insert(adoption: Adoption): Promise<boolean>;
  find(sourceKey: string): Promise<Adoption | undefined>;
  /** Returns the id of the attachment that had this id in another application. */
  findByOldId(oldId: string): Promise<string | undefined>;
  /**
   * Finds the oldest note of the owner with exactly this title that nobody else can open. Notes in the trash, with shares, with
   * invitations, or with a link to the whole note do not count.
   */
  findPrivateNote(note: { ownerId: string; title: string; noteId?: string }): Promise<string | undefined>;
};
