import type { Role } from "../../domain/access.ts";
import type { Link } from "../../domain/link.ts";

/** A link with facts of this moment: the role of its creator on the note, and the name that visitors read. */
export type LinkWithCreator = { link: Link; creatorRole: Role | undefined; creatorName: string | undefined };

export type LinkQueries = {
  /** Throws `note_not_found` or `attachment_not_found` when the note or a file was deleted meanwhile. In a transaction. */
  insert(link: Link): Promise<void>;
  find(linkId: string): Promise<LinkWithCreator | undefined>;
};
