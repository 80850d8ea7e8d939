import { expressionBuilder, type Kysely, type RawBuilder, sql } from "kysely";
import type { Checksum } from "../../../platform/bucket/port.ts";
import { compile, type Markers, type Statement } from "../../../platform/database/compile-statement.ts";
import type { Engine } from "../../../platform/database/engine.ts";
import type { RunCalls } from "../../../platform/database/run-calls.ts";
import type { Tables } from "../../../platform/database/schema.ts";
import { notInTrash, roleOnNote } from "../../access/sql.ts";
import { type AuditEvent, auditColumns, toAuditRow } from "../../audit/audit-event.ts";
import { messagesOf } from "../../audit/webhook-messages.ts";
import { type MessageValues, messageColumns, messageValues, type WebhookMessage } from "../../outbox/webhook.ts";
import { queueingValues } from "../../outbox/webhook-queries.ts";
import { ADDERS } from "./start-statements.ts";

const PARAMETERS = [
  ...(["attachmentId", "uploadId", "userId", "now", "checksum"] as const),
  ...auditColumns.map(prefixed),
  ...messageColumns.map(ofMessage),
] as const;
type Parameter = (typeof PARAMETERS)[number];
type M = Markers<Parameter>;
type Scope = { db: Kysely<Tables>; engine: Engine };

/** The statements of a completion: on PostgreSQL `all` in one round trip, and several on SQLite, which cannot write inside a query. */
export type CompletionStatements =
  | ({ engine: "postgres" } & Record<"all", Statement<Parameter>>)
  | ({ engine: "sqlite"; queueWebhooks: Statement<Parameter> | undefined } & Record<
      "facts" | "moveAttachment" | "moveUpload" | "addEvent",
      Statement<Parameter>
    >);

/** Compiles the completion of an upload for one engine. Runs no query on `db`. */
export function compileCompletion(db: Kysely<Tables>, engine: Engine): CompletionStatements {
  const scope = { db, engine };
  const one = (name: string, build: (markers: M) => RawBuilder<unknown>) =>
    compile({ name: `vk_complete_${name}`, rows: "one", parameters: PARAMETERS }, (markers) => ({
      compile: () => build(markers).compile(db),
    }));
  if (engine.name === "sqlite") {
    const alone = sql`where true`;
    return {
      engine: "sqlite",
      facts: one("facts", (m) => finding(scope, m)),
      moveAttachment: one("attachment", (m) => movingAttachment(m, sql`true`)),
      moveUpload: one("upload", (m) => movingUpload(m, sql`true`)),
      addEvent: one("event", (m) => addingEvent(m, alone)),
      queueWebhooks: engine.hasServiceTables ? one("webhooks", (m) => queueingWebhooks(m, sql``)) : undefined,
    };
  }
  return {
    engine: "postgres",
    all: one("all", (m) => {
      // Each part of the statement runs after the part before. The attachment is locked before the upload, as in a cascading deletion.
      const after = (part: string) => sql`exists (select 1 from ${sql.ref(part)})`;
      const queued = sql`, queued as (${queueingWebhooks(m, sql`and ${after("moved")}`)} returning id)`;
      return sql`
        with found as materialized (${finding(scope, m)}),
        moved as (${movingAttachment(m, sql`exists (select 1 from found where may_add = 1)`)}),
        uploaded as (${movingUpload(m, after("moved"))} returning id),
        recorded as (${addingEvent(m, sql`from moved`)} returning id)
        ${engine.hasServiceTables ? queued : sql``}
        select may_add, (select count(*) from moved) as moved from found`;
    }),
  };
}

/** Creates the function that completes uploads in the database. `run`: must run all given calls in one transaction. */
export function uploadCompletions(statements: CompletionStatements, run: RunCalls) {
  return async (completion: UploadCompletion): Promise<CompletedRecord | undefined> => {
    const values = valuesOf(completion);
    const call = (statement: Statement<Parameter>) => ({
      statement,
      values: statement.parameters.map((parameter) => values[parameter]),
    });
    if (statements.engine === "postgres") {
      const [row] = await run([call(statements.all)]);
      return row && { mayAdd: row[0] === 1, isMoved: row[1] === 1 };
    }
    const [row] = await run([call(statements.facts)]);
    if (row === undefined) return undefined;
    const mayAdd = row[0] === 1;
    const isMoved = mayAdd && (await run([call(statements.moveAttachment)])).length === 1;
    if (isMoved) {
      const { moveUpload, addEvent, queueWebhooks } = statements;
      await run([moveUpload, addEvent, ...(queueWebhooks === undefined ? [] : [queueWebhooks])].map(call));
    }
    return { mayAdd, isMoved };
  };
}

function finding(scope: Scope, { attachmentId, userId, now }: M): RawBuilder<unknown> {
  const role = roleOnNote(expressionBuilder<Tables, "notes">(), { ...scope, userId, now });
  return sql`
    select case when ${role} in (${ADDERS}) then 1 else 0 end as may_add
    from attachments join notes on notes.id = attachments.note_id
    where attachments.id = ${attachmentId} and ${notInTrash.attachmentsOfNote} and ${notInTrash.notes}`;
}

function movingAttachment({ attachmentId, checksum }: M, condition: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    update attachments set state = 'ready', checksum_sha256 = coalesce(${checksum}, checksum_sha256)
    where id = ${attachmentId} and state = 'pending' and ${notInTrash.attachmentsOfNote} and ${condition}
    returning id`;
}

function movingUpload({ uploadId, now }: M, condition: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`update uploads set state = 'ready', completed_at = ${now} where id = ${uploadId} and state = 'pending' and ${condition}`;
}

function addingEvent(m: M, from: RawBuilder<unknown>): RawBuilder<unknown> {
  const columns = sql.join(auditColumns.map((column) => sql.ref(column)));
  return sql`insert into audit_events (${columns}) select ${sql.join(auditColumns.map((column) => m[prefixed(column)]))} ${from}`;
}

function queueingWebhooks(m: M, condition: RawBuilder<unknown>): RawBuilder<unknown> {
  const values = Object.fromEntries(messageColumns.map((name) => [name, m[ofMessage(name)]]));
  return queueingValues(values as MessageValues, condition);
}

function ofMessage<Name extends string>(name: Name): `message_${Name}` {
  return `message_${name}`;
}

function prefixed<Column extends string>(column: Column): `event_${Column}` {
  return `event_${column}`;
}

function valuesOf({ attachmentId, uploadId, checksum, event }: UploadCompletion): Record<Parameter, unknown> {
  const row = toAuditRow(event);
  const ofEvent = Object.fromEntries(auditColumns.map((column) => [prefixed(column), row[column]]));
  // A completion has one event, and the event has one webhook message.
  const message = messageValues(messagesOf(event)[0] as WebhookMessage);
  const ofMessages = Object.fromEntries(messageColumns.map((name) => [ofMessage(name), message[name]]));
  return {
    attachmentId,
    uploadId,
    userId: event.actorId,
    now: event.at,
    checksum: checksum?.value ?? null,
    ...ofEvent,
    ...ofMessages,
  } as Record<Parameter, unknown>;
}

/** The data for the completion of an upload with a verified object. The actor of `event` is the user who uploads. */
export type UploadCompletion = {
  attachmentId: string;
  uploadId: string;
  /** The verified checksum. Undefined: the attachment keeps its declared checksum, if there is one. */
  checksum: Checksum | undefined;
  event: AuditEvent;
};

/** `mayAdd`: whether the user may still add files. `isMoved`: whether the attachment became ready. */
export type CompletedRecord = { mayAdd: boolean; isMoved: boolean };
