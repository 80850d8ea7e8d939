import type { Attachment } from "../access/attachment.ts";
import type { Share } from "./share.ts";

/**
 * An attachment that one user can open because of a share of only this attachment, not of its note. `isNew`: the user has not opened the
 * attachment yet.
 */
export type SharedAttachment = Attachment & { share: Pick<Share, "expiresAt">; isNew: boolean };
