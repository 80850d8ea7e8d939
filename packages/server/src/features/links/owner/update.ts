import type { Limits } from "../../../platform/config/limits.ts";
import type { Tx } from "../../../platform/database/queries.ts";
import type { Deps } from "../../../platform/deps.ts";
import { DomainError } from "../../../platform/errors.ts";
import type { FairTurns } from "../../../platform/limits/fair-turns.ts";
import type { Caller } from "../../access/caller.ts";
import { auditEvent } from "../../audit/audit-event.ts";
import { auditQueries } from "../../audit/queries.ts";
import { hashNew } from "../hash-password.ts";
import type { Link } from "../link.ts";
import { linkQueries } from "../queries/links.ts";
import { aboutLink, authoriseLinkEdit, holdLink } from "./authorise-link.ts";
import { checkLinkedFiles } from "./check-linked-files.ts";
import { checkLiveLinks } from "./check-live-links.ts";
import { type DescribedLink, describeLink } from "./describe-links.ts";
import { applySettings, checkSettings, type LinkSettings } from "./link-settings.ts";
import { completeRequest, type FileRequestInput } from "./request-settings.ts";

export type UpdateLinkInput = {
  linkId: string;
  settings: LinkSettings;
  /** Replaces the files that the link opens. Undefined: no change. */
  attachmentIds: readonly string[] | undefined;
  /** Changes the given limits of a file request. Undefined: no change. */
  request: FileRequestInput | undefined;
  /** Gives the link another URL. The old URL stops working. */
  hasNewUrl: boolean;
};

/**
 * Edits a link. If the password changes, visitors must enter the new password. If the recipients change and the link has a password, all
 * visitors must enter the password again.
 * Throws `link_not_found`, `access_denied`, `attachment_not_found`, `attachment_not_ready`, `too_many_links`, `invalid_request`.
 */
export function updateLink(deps: Deps, hashTurns: FairTurns) {
  const { db, clock, newId, limits } = deps;
  return async (caller: Caller, input: UpdateLinkInput): Promise<DescribedLink> => {
    const { linkId, settings } = input;
    // Checks the access before it hashes the password. A hash is costly, so only people who may edit the link can cause this work.
    await authoriseLinkEdit(db, { caller, linkId });
    const passwordHash = await hashNew(hashTurns, { caller, password: settings.password });
    return db.transaction(async (tx) => {
      const { link } = await holdLink(tx, { caller, linkId });
      const now = clock();
      checkUpdate(input, { link, limits, now, sendsMail: deps.mail !== undefined });
      const edited = await edit(tx, { link, input, passwordHash, limits });
      await linkQueries(tx).replace(edited);
      await checkLiveLinks(tx, link.noteId);
      const about = { at: now, caller, subject: aboutLink(edited) };
      const named = { linkId, label: edited.label };
      const changed = namesOf(input).join(", ");
      if (changed !== "") {
        await auditQueries(tx).add(
          auditEvent("link.updated", { id: newId(), ...about, detail: { ...named, changed } }),
        );
      }
      if (input.hasNewUrl)
        await auditQueries(tx).add(auditEvent("link.renewed", { id: newId(), ...about, detail: named }));
      return describeLink(deps, { queries: tx, caller, linkId });
    });
  };
}

function checkUpdate(
  { settings, attachmentIds, request }: UpdateLinkInput,
  { link, ...context }: { link: Link; limits: Limits; now: number; sendsMail: boolean },
): void {
  if (link.revokedAt !== undefined) throw invalid("This link was revoked. Make another one.");
  if (link.kind === "upload" && attachmentIds !== undefined) {
    throw invalid("A file request opens no files. Omit attachmentIds.");
  }
  if (link.kind === "download" && request !== undefined) throw invalid("request belongs to a file request. Omit it.");
  checkSettings(settings, { link, ...context });
}

async function edit(
  tx: Tx,
  {
    link,
    input,
    passwordHash,
    limits,
  }: {
    link: Link;
    input: UpdateLinkInput;
    passwordHash: string | undefined;
    limits: Limits;
  },
): Promise<Link> {
  const { settings, attachmentIds, request, hasNewUrl } = input;
  const { noteId } = link;
  const keepsPassword = settings.password === undefined;
  // A claim (a download through the link) fails if this version has changed in the meantime. So a claim that runs now can't use the old
  // recipients.
  const keepsVersion = keepsPassword && settings.recipients === undefined;
  return {
    ...applySettings(link, settings),
    generation: link.generation + (hasNewUrl ? 1 : 0),
    passwordHash: keepsPassword ? link.passwordHash : passwordHash,
    passwordVersion: link.passwordVersion + (keepsVersion ? 0 : 1),
    attachmentIds:
      attachmentIds === undefined ? link.attachmentIds : await checkLinkedFiles(tx, { noteId, attachmentIds }),
    request: request === undefined ? link.request : completeRequest(request, { current: link.request, ...limits }),
  };
}

/**
 * Returns the names of the settings that the caller changed, for the audit log. The values may be secret, so the log does not contain them.
 */
function namesOf({ settings, attachmentIds, request }: UpdateLinkInput): string[] {
  const given = Object.entries({ ...settings, attachmentIds, request });
  return given.flatMap(([name, value]) => (value === undefined ? [] : [name]));
}

function invalid(message: string): DomainError {
  return new DomainError("invalid_request", message);
}
