import type { Page, PageRequest } from "../../platform/database/pages.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import type { Caller } from "../access/caller.ts";
import type { MailState, QueuedMail } from "../outbox/mail.ts";
import { mailQueries } from "../outbox/mail-queries.ts";
import { act, requireAdministrator } from "../people/administrators.ts";

/**
 * Lists the mails that are not sent yet, and the mails that the service stopped trying to send. The newest comes first. Throws
 * `access_denied`.
 */
export function listMails({ db }: Deps) {
  return async (caller: Caller, page: PageRequest & { state: MailState | undefined }): Promise<Page<QueuedMail>> => {
    await requireAdministrator(db, caller);
    return mailQueries(db).list(page);
  };
}

/** Queues a mail again after the service stopped trying to send it. Throws `access_denied`, `mail_disabled` or `mail_not_found`. */
export function retryMail(deps: Deps) {
  const { mail: sending } = deps;
  return async (caller: Caller, mailId: string): Promise<void> => {
    await act(deps, caller, async (tx, { log, now }) => {
      if (sending === undefined) throw new DomainError("mail_disabled", "This service sends no mails.");
      const mail = await mailQueries(tx).retry(mailId, now);
      if (mail === undefined) {
        throw new DomainError("mail_not_found", "There is no such mail, or it is not given up.");
      }
      await log("mail.retried", mailId, { kind: mail.kind, email: mail.email });
    });
    sending?.onQueued();
  };
}
