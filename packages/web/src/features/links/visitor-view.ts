import type { FileRequest, Link, OpenedLink } from "@valetkey/client";
import { noteQuery, queryClient } from "../../service/queries.ts";

/**
 * Opens the page of the link as visitors see it, with data that the owner may read. The page does not open the link and makes no claim, so
 * no count changes (landing/visitor-view.ts).
 */
export async function openVisitorView(link: Link): Promise<void> {
  const { pathname } = new URL(link.url);
  const key = `valetkey.visitor-view ${pathname}`;
  const lock = link.hasPassword ? "password" : link.recipients == null ? undefined : "email";
  const opened = link.state === "live" ? await present(link) : undefined;
  sessionStorage.setItem(key, JSON.stringify({ link: opened, lock }));
  const url = `${pathname}#visitor-view`;
  // The new tab gets a copy of the storage. If the browser opens no tab, the page replaces the app.
  if (window.open(url) === null) location.assign(url);
  else sessionStorage.removeItem(key);
}

/** Returns the facts that the service would return to a visitor. */
async function present(link: Link): Promise<OpenedLink> {
  const { kind, label, message, createdBy, expiresAt, maxClaims, claims, files: chosen, request, showPreviews } = link;
  const note = await queryClient.fetchQuery(noteQuery(link.noteId));
  const files = note.attachments.filter(
    ({ id, state }) => state === "ready" && (chosen === null || chosen.some((file) => file.id === id)),
  );
  return {
    state: "open",
    kind,
    label,
    message,
    // Visitors never see an email address.
    sharedBy: createdBy.name ?? "",
    expiresAt,
    claimsLeft: maxClaims === null ? null : Math.max(0, maxClaims - claims),
    claim: null,
    abuseContact: null,
    ...(request === null
      ? {
          files: files.map(({ id, filename, sizeBytes, contentType, previews }) => ({
            id,
            filename,
            sizeBytes,
            contentType,
            ...(showPreviews && previews !== undefined && { previews }),
          })),
        }
      : { request: presentRequest(request, link) }),
  };
}

function presentRequest(request: FileRequest, { received, filledSlots }: Link): NonNullable<OpenedLink["request"]> {
  return {
    ...request,
    slots: request.slots.map((slot) => ({ ...slot, isFilled: filledSlots.includes(slot.id) })),
    filesLeft: Math.max(0, request.maxFiles - received.files),
    bytesLeft: Math.max(0, request.maxBytesTotal - received.bytes),
    sent: [],
  };
}
