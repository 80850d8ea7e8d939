import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Queries } from "@valetkey/server/src/platform/database/port.ts";
// Uses the migrations and queries of the service, so that the benchmark does not need a copy of the schema.
import * as database from "@valetkey/server/src/wiring/database/index.ts";
import type { DataLocation } from "./candidate-specs.ts";
import { apiToken, seedSessions } from "./credentials.ts";
import type { BenchAttachment, BenchLink, BenchNote, Dataset } from "./dataset.ts";
import { runSql } from "./postgres.ts";
import { settings } from "./settings.ts";

const clock = Date.now;

/**
 * Writes the data to the tables of the service, on PostgreSQL or SQLite, and closes all connections.
 * The third parameter is the database module of the measured version, because each version of the service has its own migrations.
 */
export async function seedService(
  { directory, url }: DataLocation,
  dataset: Dataset,
  { openSqlite, openPostgres }: Pick<typeof database, "openSqlite" | "openPostgres"> = database,
): Promise<void> {
  const file = join(directory, settings.sqliteFile);
  const db = url === undefined ? await openSqlite({ file, clock }) : await openPostgres({ url, clock });
  await db.transaction((tx) => insertAll(tx, dataset));
  await db.close();
  await seedSessions({ file, url }, dataset.userIds);
  if (url !== undefined) await runSql(url, "ANALYZE");
  else if (existsSync(`${file}-wal`))
    throw new Error("The seeded SQLite file was not closed cleanly, so a copy would miss data.");
}

async function insertAll(
  tx: Queries,
  { userIds, strangerId, notes, attachments, shares, links }: Dataset,
): Promise<void> {
  const now = clock();
  for (const id of [...userIds, strangerId]) {
    await tx.people.put({ id, email: `${id}@bench.example`, name: "Bench", isAdmin: false, now });
  }
  for (const id of userIds) {
    // Each user has an account and is also the subject of a JWT, so that all credentials of a user lead to the same notes.
    await tx.identities.add({ issuer: "jwt-secret", subject: id, userId: id });
    const { tokenHash } = apiToken(id);
    await tx.apiTokens.insert({
      id: `token-${id}`,
      userId: id,
      label: "Bench",
      tokenHash,
      createdAt: now,
      expiresAt: undefined,
    });
  }
  for (const note of notes) await tx.notes.insert(toNote(note, now));
  for (const attachment of attachments) await tx.attachments.insert(toAttachment(attachment, now));
  for (const { noteId, userId } of shares) {
    const share = { userId, role: "viewer" as const, expiresAt: undefined, createdAt: now, createdBy: userId };
    await tx.shares.put({ noteId }, share);
  }
  // `--before` can run an old version of the service that has no links.
  if ("links" in tx) for (const link of links) await tx.links.insert(toLink(link, now));
}

export function toNote({ id, ownerId, title }: BenchNote, now: number) {
  return { id, ownerId, title, body: "", createdAt: now, updatedAt: now };
}

export function toAttachment({ id, noteId, ownerId, objectKey, filename }: BenchAttachment, now: number) {
  return {
    id,
    noteId,
    ownerId,
    createdBy: ownerId,
    objectKey,
    ownsObject: true,
    filename,
    contentType: "application/pdf",
    sizeBytes: 123_456,
    checksum: undefined,
    state: "ready" as const,
    rejectReason: undefined,
    createdAt: now,
  };
}

function toLink(link: BenchLink, now: number) {
  return {
    ...link,
    createdBy: link.ownerId,
    generation: 0,
    kind: "download" as const,
    label: "Bench",
    message: "",
    attachmentIds: undefined,
    expiresAt: undefined,
    passwordHash: undefined,
    passwordVersion: 0,
    maxClaims: undefined,
    claims: 0,
    opened: 0,
    urlTtlSeconds: settings.expiresInSeconds,
    notify: "never" as const,
    recipients: [],
    request: undefined,
    createdAt: now,
    revokedAt: undefined,
  };
}
