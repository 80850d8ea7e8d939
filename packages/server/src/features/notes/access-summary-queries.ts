import { type Expression, type Kysely, type SqlBool, sql } from "kysely";
import type { LinkPolicy } from "../../platform/config/limits.ts";
import { compile, type Markers, type Statement } from "../../platform/database/compile-statement.ts";
import type { Engine } from "../../platform/database/engine.ts";
import { defineQueries } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";
import type { FileAccess } from "../access/attachment.ts";
import type { NoteAccess } from "../access/note.ts";
import { isLive, notInTrash, roleOnNote } from "../access/sql.ts";
import { isVisible } from "../sharing/queries/invitations.ts";
import { ENDED } from "../usage/usage.ts";

/** `lifeMs`: the maximum lifetime of a link. `needsPassword`: 1 if the policy permits no links without a password. */
const parameters = ["ids", "now", "lifeMs", "needsPassword"] as const;
type Given = Markers<(typeof parameters)[number]>;
type Scope = Given & { db: Kysely<Tables>; engine: Engine };

/** The last instant that JavaScript can represent. Stands for an expiry that never comes. */
const NEVER = 8.64e15;

/** The compiled statements of each engine. Every list of notes or files runs one of these statements. */
const statements = new WeakMap<Engine, { notes: Statement; files: Statement }>();

/**
 * Counts the people and links that have access in addition to the owner. One query reads the counts of many notes or files. The maps
 * omit the ids of notes and files that only the owner can access.
 */
export const accessSummaryQueries = defineQueries("database.accessSummaries", ({ kysely: db, engine, clock, run }) => {
  const read = async (what: "notes" | "files", ids: readonly string[], policy: LinkPolicy) => {
    if (ids.length === 0) return [];
    const compiled = statements.get(engine) ?? compileSummaries(db, engine);
    statements.set(engine, compiled);
    const values = { ids: engine.list(ids), now: clock(), ...boundsOf(policy) };
    const statement = compiled[what];
    return run(
      statement,
      statement.parameters.map((name) => values[name as keyof typeof values]),
    );
  };
  return {
    async ofNotes(noteIds: readonly string[], policy: LinkPolicy): Promise<ReadonlyMap<string, NoteAccess>> {
      return collect(await read("notes", noteIds, policy));
    },
    async ofFiles(attachmentIds: readonly string[], policy: LinkPolicy): Promise<ReadonlyMap<string, FileAccess>> {
      return collect(await read("files", attachmentIds, policy));
    },
  };
});

/** Returns the values of the parameters that depend on the policy. If the policy permits no links, the maximum lifetime is 0 ms. */
export function boundsOf({ isEnabled, maxExpirySeconds, isPasswordRequired }: LinkPolicy) {
  const lifeMs = isEnabled ? (maxExpirySeconds ?? NEVER / 1000) * 1000 : 0;
  return { lifeMs, needsPassword: isPasswordRequired ? 1 : 0 };
}

/**
 * Converts the rows of the query. Each row has an id, the kind of access, the number of people or links, and their first and last expiry.
 */
function collect(rows: readonly (readonly unknown[])[]): Map<string, NoteAccess> {
  const found = new Map<string, NoteAccess>();
  for (const [id, fact, count, first, last] of rows as [string, keyof NoteAccess, number, number, number][]) {
    const access = found.get(id) ?? {};
    const until = fact === "people" ? first : last;
    access[fact] = { count, ...(until < NEVER && { until }), ...(first < until && { next: first }) };
    found.set(id, access);
  }
  return found;
}

function compileSummaries(db: Kysely<Tables>, engine: Engine): { notes: Statement; files: Statement } {
  const statement = (name: string, parts: (scope: Scope) => ReturnType<typeof invitations>) =>
    compile({ name, rows: "many", parameters }, (given) =>
      db
        .selectFrom(parts({ ...given, db, engine }).as("part"))
        .select(["part.id", "part.fact", sql<number>`count(part.ends_at)`.as("count")])
        .select([sql<number>`min(part.ends_at)`.as("first"), sql<number>`max(part.ends_at)`.as("last")])
        .groupBy(["part.id", "part.fact"])
        .having(sql<SqlBool>`count(part.ends_at) > 0`),
    );
  return {
    notes: statement("vk_access_of_notes", (scope) =>
      invitations(scope)
        .unionAll(peopleOfNotes(scope))
        .unionAll(linksOfNotes(scope))
        .unionAll(sharedFilesOfNotes(scope)),
    ),
    files: statement("vk_access_of_files", (scope) =>
      invitations(scope).unionAll(peopleOfFiles(scope)).unionAll(linksOfFiles(scope)),
    ),
  };
}

const endsAt = (column: string) => sql<number>`coalesce(${sql.ref(column)}, ${sql.lit(NEVER)})`.as("ends_at");

/** Builds the condition that a row belongs to one of the notes or files. Default: the id is one of the ids of the query. */
type IsSubject = (id: Expression<string>) => Expression<SqlBool>;
const isGiven =
  ({ engine, ids }: Scope): IsSubject =>
  (id) =>
    engine.isIn(id, ids);

function invitations({ db, now, ...scope }: Scope, isSubject = isGiven({ db, now, ...scope })) {
  return db
    .selectFrom("invitations")
    .select(["subject_id as id", sql<string>`'invitations'`.as("fact"), endsAt("expires_at")])
    .where((eb) => isSubject(eb.ref("subject_id")))
    .where((eb) => isLive(eb.ref("expires_at"), now))
    .where("redeemed_at", "is", null);
}

function peopleOfNotes({ db, engine, ids, now }: Scope) {
  return db
    .selectFrom("note_shares as share")
    .select(["share.note_id as id", sql<string>`'people'`.as("fact"), endsAt("share.expires_at")])
    .where((eb) => engine.isIn(eb.ref("share.note_id"), ids))
    .where((eb) => isLive(eb.ref("share.expires_at"), now))
    .where((eb) => isVisible({ subjectId: eb.ref("share.note_id"), userId: eb.ref("share.user_id") }))
    .where((eb) => isEnabled(db, eb.ref("share.user_id")));
}

/**
 * Selects the people with a share of a file. A person with a share of the whole note counts for the note, and not for each file. A share
 * that the owner still sees as an invitation does not count, because the count would reveal that the email address has an account (ADR 8).
 */
function peopleOfFiles({ db, now, ...scope }: Scope, isSubject = isGiven({ db, now, ...scope })) {
  return db
    .selectFrom("attachment_shares as share")
    .innerJoin("attachments", "attachments.id", "share.attachment_id")
    .select(["share.attachment_id as id", sql<string>`'people'`.as("fact"), endsAt("share.expires_at")])
    .where((eb) => isSubject(eb.ref("share.attachment_id")))
    .where((eb) => isLive(eb.ref("share.expires_at"), now))
    .where((eb) => isVisible({ subjectId: eb.ref("share.attachment_id"), userId: eb.ref("share.user_id") }))
    .where((eb) => isEnabled(db, eb.ref("share.user_id")))
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("note_shares")
            .select("note_shares.note_id")
            .whereRef("note_shares.note_id", "=", "attachments.note_id")
            .whereRef("note_shares.user_id", "=", "share.user_id")
            .where((ofNote) => isLive(ofNote.ref("note_shares.expires_at"), now))
            .where(isVisible({ subjectId: sql.ref("note_shares.note_id"), userId: sql.ref("note_shares.user_id") })),
        ),
      ),
    );
}

/**
 * Selects the files that somebody can open without the note, through a share or an invitation. A subquery reads the last expiry of each
 * file, so that the query plan never depends on statistics. The last expiry is null if nobody has access to the file any more.
 */
function sharedFilesOfNotes(scope: Scope) {
  const { db, engine } = scope;
  const isSubject: IsSubject = (id) => sql<SqlBool>`${id} = shared_subjects.subject_id`;
  const shares = invitations(scope, isSubject).unionAll(peopleOfFiles(scope, isSubject));
  const lastExpiry = db.selectFrom(shares.as("shared")).select(sql<number>`max(shared.ends_at)`.as("ends_at"));
  const ofFile = db
    .selectFrom("attachments")
    .select(sql<number>`(${lastExpiry})`.as("ends_at"))
    .where((eb) => isSubject(eb.ref("attachments.id")))
    // A moved file keeps the row of its former note in `shared_subjects`.
    .whereRef("attachments.note_id", "=", sql.ref("shared_subjects.note_id"))
    .where(hasNotEnded)
    .where(notInTrash.attachmentsOfNote);
  return db
    .selectFrom("shared_subjects")
    .select(["shared_subjects.note_id as id", sql<string>`'sharedFiles'`.as("fact")])
    .select(sql<number>`(${ofFile})`.as("ends_at"))
    .where((eb) => engine.isIn(eb.ref("shared_subjects.note_id"), scope.ids))
    .whereRef("shared_subjects.subject_id", "<>", "shared_subjects.note_id");
}

function linksOfNotes(scope: Scope) {
  const { engine, ids } = scope;
  const fact = sql<string>`case when links.kind = 'upload' then 'requests'
    when links.whole_note = 1 then 'links' else 'fileLinks' end`;
  return openLinks(scope)
    .select(["links.note_id as id", fact.as("fact"), linkEndsAt(scope).as("ends_at")])
    .where((eb) => engine.isIn(eb.ref("links.note_id"), ids));
}

function linksOfFiles(scope: Scope) {
  const { engine, ids } = scope;
  return openLinks(scope)
    .innerJoin("link_files", "link_files.link_id", "links.id")
    .select(["link_files.attachment_id as id", sql<string>`'links'`.as("fact"), linkEndsAt(scope).as("ends_at")])
    .where((eb) => engine.isIn(eb.ref("link_files.attachment_id"), ids));
}

/** Selects the links that visitors can open, with the same rules as `linkState` (features/links/link.ts). */
export function openLinks({ db, engine, now, lifeMs, needsPassword }: Omit<Scope, "ids">) {
  return (
    db
      .selectFrom("links")
      .innerJoin("notes", "notes.id", "links.note_id")
      .where(notInTrash.notes)
      .where("links.revoked_at", "is", null)
      .where((eb) => isLive(eb.ref("links.expires_at"), now))
      .where(sql<SqlBool>`links.created_at + ${lifeMs} > ${now}`)
      .where((eb) => eb.or([sql<SqlBool>`${needsPassword} = 0`, eb("links.password_hash", "is not", null)]))
      .where((eb) =>
        eb(
          roleOnNote(eb as never, { db, engine, userId: eb.ref("links.created_by"), now }) as Expression<string | null>,
          "in",
          [sql.lit("owner"), sql.lit("editor")],
        ),
      )
      // After the last permitted claim of a link, the visitor can get URLs until the time window of this claim ends.
      .where((eb) =>
        eb.or([
          eb("links.max_claims", "is", null),
          eb("links.claims", "<", eb.ref("links.max_claims")),
          eb.exists(
            eb
              .selectFrom("link_claims")
              .select("link_claims.id")
              .whereRef("link_claims.link_id", "=", "links.id")
              .whereRef("link_claims.generation", "=", "links.generation")
              .where("link_claims.window_ends_at", ">", now),
          ),
        ]),
      )
      .where((eb) =>
        eb
          .case()
          .when("links.kind", "=", sql.lit("upload" as const))
          .then(takesFiles(db, engine))
          .when("links.whole_note", "=", sql.lit(1 as const))
          .then(sql<SqlBool>`1 = 1`)
          .else(
            eb.exists(
              eb
                .selectFrom("link_files")
                .innerJoin("attachments", "attachments.id", "link_files.attachment_id")
                .select("attachments.id")
                .whereRef("link_files.link_id", "=", "links.id")
                .where("attachments.state", "=", sql.lit("ready" as const))
                .where(notInTrash.attachments),
            ),
          )
          .end(),
      )
  );
}

const hasNotEnded = sql<SqlBool>`attachments.state not in (${sql.join(ENDED.map((state) => sql.lit(state)))})`;

/** Builds the condition that a file request can still receive files. */
function takesFiles(db: Kysely<Tables>, engine: Engine) {
  const sent = db
    .selectFrom("visitor_files")
    .innerJoin("attachments", "attachments.id", "visitor_files.attachment_id")
    .select(sql<number>`count(*)`.as("count"))
    .whereRef("visitor_files.link_id", "=", sql.ref("links.id"))
    .where(hasNotEnded)
    .where(notInTrash.attachments);
  // Only PostgreSQL needs these casts, because the column is a text, and a value in a JSON object has no SQL type.
  const maxFiles =
    engine.name === "postgres"
      ? sql<number>`cast(cast(links.request as json) ->> 'maxFiles' as bigint)`
      : sql<number>`links.request ->> 'maxFiles'`;
  return sql<SqlBool>`${maxFiles} > ${sent}`;
}

function linkEndsAt({ lifeMs }: Pick<Given, "lifeMs">) {
  return sql<number>`case when links.created_at + ${lifeMs} < coalesce(links.expires_at, ${sql.lit(NEVER)})
    then links.created_at + ${lifeMs} else coalesce(links.expires_at, ${sql.lit(NEVER)}) end`;
}

export function isEnabled(db: Kysely<Tables>, userId: Expression<string>) {
  return sql<SqlBool>`not exists ${db.selectFrom("disabled_users").select("user_id").where("user_id", "=", userId)}`;
}
