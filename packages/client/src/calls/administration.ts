import type { Call } from "../call.ts";
import type {
  AdminEventPage,
  AdminLinkPage,
  AdminMailPage,
  AdminPerson,
  AdminPersonPage,
  LinkKind,
  MailState,
  ResetLink,
  RevokedLink,
  UpdatePersonBody,
} from "../wire.ts";
import type { PageOptions } from "./pages.ts";
import { webhookCalls } from "./webhooks.ts";

/** The calls of administrators. For other users, each one fails with `access_denied`. */
export function administrationCalls(call: Call) {
  const person = (userId: string) => `/admin/people/${encodeURIComponent(userId)}`;
  const page = <Page>(
    path: string,
    { signal, ...query }: PageOptions & { q?: string; kind?: LinkKind; state?: MailState },
  ) => call<Page>("GET", `/admin/${path}`, { query: { ...query }, signal });
  return {
    /** Returns one page of users, the newest first. `q` finds a part of the email address, the name or the id. */
    people: (options: PageOptions & { q?: string } = {}) => page<AdminPersonPage>("people", options),
    /** Disables or enables a user, or sets the quota. `quotaBytes: null` restores the quota of the service. */
    updatePerson: (userId: string, change: UpdatePersonBody) =>
      call<AdminPerson>("PATCH", person(userId), { body: change }),
    /** Makes a link for a new password, which works once within 24 hours. */
    makeResetLink: (userId: string) => call<ResetLink>("POST", `${person(userId)}/reset-link`),
    /** Returns one page of the links of all users, the newest first. They have no URLs. */
    links: (options: PageOptions & { kind?: LinkKind } = {}) => page<AdminLinkPage>("links", options),
    /** Revokes a link of any user. URLs that the link issued before stay valid until `lastUrlExpiresAt`. */
    revokeLink: (linkId: string) => call<RevokedLink>("DELETE", `/admin/links/${encodeURIComponent(linkId)}`),
    /** Returns one page of the mails that wait or were given up, the newest first. They have no texts. */
    mails: (options: PageOptions & { state?: MailState } = {}) => page<AdminMailPage>("mails", options),
    /** Sends a mail again that was given up. */
    retryMail: (mailId: string) => call<void>("POST", `/admin/mails/${encodeURIComponent(mailId)}/retry`),
    /** The webhooks about the notes of all users. */
    webhooks: webhookCalls(call, "/admin/webhooks"),
    /** Returns one page of what administrators and commands did, the newest first. */
    log: (options: PageOptions = {}) => page<AdminEventPage>("log", options),
  };
}
