import type { Call } from "../call.ts";
import type {
  AuditEventPage,
  CreateFileLinkBody,
  CreateLinkBody,
  Link,
  LinkKind,
  LinkPage,
  RevokedLink,
  UpdateLinkBody,
} from "../wire.ts";
import type { PageOptions } from "./pages.ts";

type CreateLinkOptions = { idempotencyKey?: string };

const keyHeader = (key: string | undefined): Record<string, string> =>
  key === undefined ? {} : { "idempotency-key": key };

/** The calls of people with an account for links and file requests. Every list starts with the newest item. */
export function linkCalls(call: Call) {
  const ofNote = (noteId: string) => `/notes/${encodeURIComponent(noteId)}/links`;
  const ofFile = (attachmentId: string) => `/attachments/${encodeURIComponent(attachmentId)}/links`;
  const one = (linkId: string) => `/links/${encodeURIComponent(linkId)}`;
  const page = <Page>(path: string, { signal, ...query }: PageOptions & { kind?: LinkKind }) =>
    call<Page>("GET", path, { query: { ...query }, signal });
  return {
    /**
     * Makes a file request, or a link to all or some files of a note.
     * `idempotencyKey`: a repeated call with the same key and settings returns the link of the first call.
     */
    create: (noteId: string, link: CreateLinkBody = {}, { idempotencyKey }: CreateLinkOptions = {}) =>
      call<Link>("POST", ofNote(noteId), { body: link, headers: keyHeader(idempotencyKey) }),
    /** Makes a link to one file. `idempotencyKey`: as for `create`. */
    createForFile: (attachmentId: string, link: CreateFileLinkBody = {}, { idempotencyKey }: CreateLinkOptions = {}) =>
      call<Link>("POST", ofFile(attachmentId), { body: link, headers: keyHeader(idempotencyKey) }),
    /** Returns one page of links: the links of the caller's own notes, and the links that the caller made and may still edit. */
    list: (options: PageOptions & { kind?: LinkKind } = {}) => page<LinkPage>("/links", options),
    /** Returns one page of the links of a note. */
    ofNote: (noteId: string, options: PageOptions = {}) => page<LinkPage>(ofNote(noteId), options),
    /** Returns one page of the links that list this file. Links to the whole note are not included, because they list no files. */
    ofFile: (attachmentId: string, options: PageOptions = {}) => page<LinkPage>(ofFile(attachmentId), options),
    get: (linkId: string, { signal }: { signal?: AbortSignal } = {}) => call<Link>("GET", one(linkId), { signal }),
    /** Edits a link. `newUrl: true` gives the link a new URL, and the earlier URL stops working. */
    update: (linkId: string, change: UpdateLinkBody) => call<Link>("PATCH", one(linkId), { body: change }),
    /** Revokes a link. Until `lastUrlExpiresAt`, URLs that visitors already got from the link still work. */
    revoke: (linkId: string) => call<RevokedLink>("DELETE", one(linkId)),
    /** Returns one page of the audit events of a link. */
    events: (linkId: string, options: PageOptions = {}) => page<AuditEventPage>(`${one(linkId)}/events`, options),
  };
}
