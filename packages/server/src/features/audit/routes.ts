import { ActivityQuery, AuditEventPage, Downloads, NoteParams } from "@valetkey/contract";
import type { Page } from "../../platform/database/pages.ts";
import { type App, operations, type RouteDeps } from "../../platform/http/routes.ts";
import { fitPage, toIso } from "../../platform/http/wire.ts";
import { type Caller, callerOf, visitorIdOf } from "../access/caller.ts";
import { nameOfVisitor, type PeopleVerbs, presentPerson } from "../people/index.ts";
import type { AuditVerbs, NamedEvent } from "./index.ts";
import type { DownloadSteps } from "./queries.ts";

const schemas = operations("activity", {
  listNoteActivity: {
    summary: "List the audit events of a note and its files, newest first",
    params: NoteParams,
    querystring: ActivityQuery,
    response: { 200: AuditEventPage },
  },
  listActivity: {
    summary: "List the audit events of your notes, newest first",
    querystring: ActivityQuery,
    response: { 200: AuditEventPage },
  },
  countNoteDownloads: {
    summary: "Count the downloads of a note, in steps of 15 minutes",
    params: NoteParams,
    response: { 200: Downloads },
  },
  countDownloads: {
    summary: "Count the downloads of your notes, in steps of 15 minutes",
    response: { 200: Downloads },
  },
});

/** The routes for the activity of a user and of a note, and for the counts of downloads. */
export function activityRoutes(app: App, deps: RouteDeps<AuditVerbs & PeopleVerbs>): void {
  const { useCases } = deps;
  app.get(
    "/notes/:noteId/activity",
    { schema: schemas.listNoteActivity, preHandler: deps.takeTurn },
    async (request) => {
      const caller = callerOf(request);
      const input = { noteId: request.params.noteId, ...request.query };
      return describe(await useCases.listNoteActivity(caller, input), { caller, ...deps });
    },
  );

  app.get("/activity", { schema: schemas.listActivity, preHandler: deps.takeTurn }, async (request) => {
    const caller = callerOf(request);
    return describe(await useCases.listActivity(caller, request.query), { caller, ...deps });
  });

  app.get(
    "/notes/:noteId/activity/downloads",
    { schema: schemas.countNoteDownloads, preHandler: deps.takeTurn },
    async (request) => presentDownloads(await useCases.countNoteDownloads(callerOf(request), request.params.noteId)),
  );

  app.get("/activity/downloads", { schema: schemas.countDownloads, preHandler: deps.takeTurn }, async (request) =>
    presentDownloads(await useCases.countDownloads(callerOf(request))),
  );
}

function presentDownloads({ countedSince, steps }: DownloadSteps): Downloads {
  return { countedSince: toIso(countedSince), steps: steps.map(({ at, count }) => ({ at: toIso(at), count })) };
}

export async function describe(
  page: Page<NamedEvent>,
  { caller, useCases }: RouteDeps<AuditVerbs & PeopleVerbs> & { caller: Caller },
): Promise<AuditEventPage> {
  const people = await useCases.findPeople(page.items.flatMap((event) => [event.actorId, ...subjectOf(event)]));
  return fitPage(page, (event) => {
    const { id, at, action, actorId, noteId, ownerId, noteTitle = null, attachmentIds, files, detail } = event;
    // Only the owner of the note may read every email address. An editor sees the names of people, and only the editor's own email address.
    const present = (userId: string) => {
      const person = presentPerson(userId, people);
      return [ownerId, userId].includes(caller.userId) ? person : { ...person, email: null };
    };
    const [subject] = subjectOf(event).map(present);
    return {
      id,
      at: toIso(at),
      action,
      actorId,
      actor: { ...present(actorId), ...visitorOf(event) },
      ...(subject && { subject }),
      noteId,
      noteTitle,
      attachmentIds: [...attachmentIds],
      files,
      detail: ownerId === caller.userId ? detail : withoutEmail(detail),
    };
  });
}

/** Removes the email address of an invitation, because an editor must not see the email addresses that the owner invited. */
function withoutEmail({ email: _, ...detail }: NamedEvent["detail"]): NamedEvent["detail"] {
  return detail;
}

/** Returns the visitor's name from the event, because the service deletes a visitor's name together with the visitor's files. */
function visitorOf({ actorId, detail }: NamedEvent): { name: string } | undefined {
  const { visitorName } = detail;
  if (visitorIdOf(actorId) === undefined || typeof visitorName !== "string") return undefined;
  return { name: nameOfVisitor(visitorName) };
}

/** Returns the id of the user whose share was granted or revoked, or an empty list for an event about something else. */
function subjectOf({ detail }: NamedEvent): string[] {
  return typeof detail.userId === "string" ? [detail.userId] : [];
}
