import { AdminMailPage, ListMailsQuery, MailParams } from "@valetkey/contract";
import type { Page, PageRequest } from "../../platform/database/pages.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import { type App, emptyResponse, operations, type RouteDeps } from "../../platform/http/routes.ts";
import { isoOrNull, toIso } from "../../platform/http/wire.ts";
import { type Caller, callerOf } from "../access/caller.ts";
import type { MailState, QueuedMail } from "../outbox/mail.ts";
import { mailQueries } from "../outbox/mail-queries.ts";
import { act, requireAdministrator } from "../people/administrators.ts";

export function createMailsPage(deps: Deps) {
  const { db, mail: sending } = deps;
  return {
    /** Lists the waiting mails and the abandoned mails, newest first. Throws `access_denied`. */
    async listMails(caller: Caller, page: PageRequest & { state?: MailState | undefined }): Promise<Page<QueuedMail>> {
      await requireAdministrator(db, caller);
      return mailQueries(db).list(page);
    },

    /** Queues an abandoned mail again. Throws `access_denied`, `mail_disabled` or `mail_not_found`. */
    async retryMail(caller: Caller, mailId: string): Promise<void> {
      await act(deps, caller, async (tx, { log, now }) => {
        if (sending === undefined) throw new DomainError("mail_disabled", "This service sends no mails.");
        const mail = await mailQueries(tx).retry(mailId, now);
        if (mail === undefined) {
          throw new DomainError("mail_not_found", "There is no such mail, or it is not given up.");
        }
        await log("mail.retried", mailId, { kind: mail.kind, email: mail.email });
      });
      sending?.onQueued();
    },
  };
}

const schemas = operations("administration", {
  listMails: {
    summary: "List the mails that wait or have finally failed, without their texts, newest first",
    querystring: ListMailsQuery,
    response: { 200: AdminMailPage },
  },
  retryMail: {
    summary: "Send a mail that has finally failed again",
    params: MailParams,
    response: { 204: emptyResponse },
  },
});

export function mailRoutes(app: App, { useCases, takeTurn }: RouteDeps<ReturnType<typeof createMailsPage>>): void {
  app.get("/admin/mails", { schema: schemas.listMails, preHandler: takeTurn }, async (request) => {
    const { items, nextCursor } = await useCases.listMails(callerOf(request), request.query);
    const mails = items.map(({ id, kind, email, attempts, createdAt, dueAt, givenUpAt, problem }) => ({
      id,
      kind,
      email,
      state: givenUpAt === undefined ? ("waiting" as const) : ("given_up" as const),
      attempts,
      createdAt: toIso(createdAt),
      dueAt: isoOrNull(dueAt),
      givenUpAt: isoOrNull(givenUpAt),
      problem: problem ?? null,
    }));
    return { items: mails, nextCursor: nextCursor ?? null };
  });

  app.post("/admin/mails/:mailId/retry", { schema: schemas.retryMail }, async (request, reply) => {
    await useCases.retryMail(callerOf(request), request.params.mailId);
    return reply.code(204).send(null);
  });
}
