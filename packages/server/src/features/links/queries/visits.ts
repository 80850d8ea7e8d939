import { type Kysely, sql } from "kysely";
import { defineQueries } from "../../../platform/database/queries.ts";
import { toColumns } from "../../../platform/database/rows.ts";
import type { Tables } from "../../../platform/database/schema.ts";
import { deleteInSteps } from "../../../platform/database/writes.ts";
import { isLive } from "../../access/sql.ts";
import { inGroup } from "../../attachments/queries.ts";
import type { IssuedUrls, Link, LinkClaim, LinkedFile } from "../link.ts";

const MAX_FILES = 1_000;

const fileColumns = [
  "attachments.id",
  "attachments.note_id as noteId",
  "attachments.owner_id as ownerId",
  "attachments.object_key as objectKey",
  "attachments.path",
  "attachments.filename",
  "attachments.content_type as contentType",
  "attachments.state",
  "attachments.size_bytes as sizeBytes",
  "attachments.checksum_sha256 as sha256",
  "attachments.previews as previewsJson",
] as const;

export const linkVisitQueries = defineQueries("database.linkVisits", ({ kysely: db }) => ({
  /** Returns the ready files of the link in order of creation, at most 1,000. */
  readyFiles({ id, noteId, attachmentIds }: Pick<Link, "id" | "noteId" | "attachmentIds">): Promise<LinkedFile[]> {
    return db
      .selectFrom("attachments")
      .select(fileColumns)
      .where("attachments.note_id", "=", noteId)
      .where(inGroup("sent"))
      .where("attachments.state", "=", "ready")
      .$if(attachmentIds !== undefined, (query) =>
        query.where("attachments.id", "in", (eb) =>
          eb.selectFrom("link_files").select("attachment_id").where("link_id", "=", id),
        ),
      )
      .orderBy("attachments.id")
      .limit(MAX_FILES)
      .execute();
  },

  /** Returns the claim (the counted download) of this visitor if its time window is still open at `now`. */
  findOpenClaim: (
    of: Pick<LinkClaim, "linkId" | "generation" | "visitorId"> & { now: number },
  ): Promise<LinkClaim | undefined> => findOpenClaim(db, of),

  /**
   * Counts and stores a claim with its first URLs. The link must still work with this generation and version of the password, and must not
   * have reached its maximum number of claims. Parallel claims can't exceed the maximum. The caller must call `claim` in a transaction.
   * Returns the stored claim, or the open claim from a parallel request of the visitor. Returns undefined if the link does not allow the
   * claim.
   */
  async claim(
    { generation, passwordVersion }: Pick<Link, "generation" | "passwordVersion">,
    { claim, issued }: { claim: LinkClaim; issued: IssuedUrls },
  ): Promise<LinkClaim | undefined> {
    const counted = await db
      .updateTable("links")
      .set((eb) => ({ claims: eb("claims", "+", 1) }))
      .where("id", "=", claim.linkId)
      .where("kind", "=", "download")
      .where("generation", "=", generation)
      .where("password_version", "=", passwordVersion)
      .where("revoked_at", "is", null)
      .where((eb) => isLive(eb.ref("expires_at"), claim.claimedAt))
      .where((eb) => eb.or([eb("max_claims", "is", null), eb("claims", "<", eb.ref("max_claims"))]))
      .executeTakeFirstOrThrow();
    // The update above waits for a parallel claim of the same link, so this read finds the parallel claim.
    const open = await findOpenClaim(db, { ...claim, now: claim.claimedAt });
    const isCounted = counted.numUpdatedRows === 1n;
    if (open !== undefined) {
      if (isCounted) await giveBack(db, claim.linkId);
      return open;
    }
    if (!isCounted) return undefined;
    const row = toColumns(claim, ["id", "linkId", "generation", "visitorId", "claimedAt", "windowEndsAt"]);
    await db.insertInto("link_claims").values(row).execute();
    await countUrls(db, issued).where("id", "=", claim.linkId).execute();
    return claim;
  },

  /**
   * Counts more URLs of a claim. Returns false and counts nothing if the time window of the claim is over or the link no longer works.
   * Locks the link. If another transaction is revoking the link, `addUrls` waits for this transaction, and then finds the link revoked.
   */
  async addUrls(
    { id, linkId, generation }: Pick<LinkClaim, "id" | "linkId" | "generation">,
    { passwordVersion, now, ...issued }: IssuedUrls & { passwordVersion: number; now: number },
  ): Promise<boolean> {
    const added = await countUrls(db, issued)
      .where("id", "=", linkId)
      .where("generation", "=", generation)
      .where("password_version", "=", passwordVersion)
      .where("revoked_at", "is", null)
      .where((eb) => isLive(eb.ref("expires_at"), now))
      .where((eb) =>
        eb.exists(
          eb
            .selectFrom("link_claims")
            .select("link_claims.id")
            .where("link_claims.id", "=", id)
            .where("link_claims.link_id", "=", linkId)
            .where("link_claims.generation", "=", generation)
            .where("link_claims.window_ends_at", ">", now),
        ),
      )
      .executeTakeFirstOrThrow();
    return added.numUpdatedRows === 1n;
  },

  /**
   * Records that a visitor gets URLs of previews. Returns false if the link no longer works or shows no previews. Counts no URLs, because a
   * preview is not a download. Locks the link, like `addUrls`. `hasClaim`: whether the visitor has an open claim, with which even a used up
   * link works.
   */
  async addPreviews(
    { id, generation, passwordVersion }: Pick<Link, "id" | "generation" | "passwordVersion">,
    { lastUrlExpiresAt, hasClaim, now }: { lastUrlExpiresAt: number; hasClaim: boolean; now: number },
  ): Promise<boolean> {
    const added = await countUrls(db, { count: 0, lastUrlExpiresAt })
      .where("id", "=", id)
      .where("show_previews", "=", 1)
      .where("generation", "=", generation)
      .where("password_version", "=", passwordVersion)
      .where("revoked_at", "is", null)
      .where((eb) => isLive(eb.ref("expires_at"), now))
      .$if(!hasClaim, (query) =>
        query.where((eb) => eb.or([eb("max_claims", "is", null), eb("claims", "<", eb.ref("max_claims"))])),
      )
      .executeTakeFirstOrThrow();
    return added.numUpdatedRows === 1n;
  },

  async deleteClaims(before: number): Promise<void> {
    await deleteInSteps(db, {
      from: "link_claims",
      key: ["id"],
      by: "window_ends_at",
      where: sql`window_ends_at < ${before}`,
    });
  },

  /** Counts a new visitor of a link. Returns the number of all visitors. The caller must call `countOpened` in a transaction. */
  async countOpened(linkId: string): Promise<number | undefined> {
    const update = db.updateTable("links").set((eb) => ({ opened: eb("opened", "+", 1) }));
    return (await update.where("id", "=", linkId).returning("opened").executeTakeFirst())?.opened;
  },
}));

async function findOpenClaim(
  db: Kysely<Tables>,
  { linkId, generation, visitorId, now }: Pick<LinkClaim, "linkId" | "generation" | "visitorId"> & { now: number },
): Promise<LinkClaim | undefined> {
  return (
    db
      .selectFrom("link_claims")
      // Lists the columns, because PostgreSQL can then prepare the statement by name (postgres/pool.ts).
      .select(["id", "link_id as linkId", "generation", "visitor_id as visitorId"])
      .select(["claimed_at as claimedAt", "window_ends_at as windowEndsAt"])
      .where("visitor_id", "=", visitorId)
      .where("link_id", "=", linkId)
      .where("generation", "=", generation)
      .where("window_ends_at", ">", now)
      .orderBy("id", "desc")
      .limit(1)
      .executeTakeFirst()
  );
}

function countUrls(db: Kysely<Tables>, { count, lastUrlExpiresAt }: IssuedUrls) {
  return db.updateTable("links").set((eb) => ({
    urls_issued: eb("urls_issued", "+", count),
    // Keeps the later expiry. A new URL may expire before an earlier URL, because an administrator can shorten the lifetime of URLs.
    last_url_expires_at: sql<number>`case when last_url_expires_at > ${lastUrlExpiresAt}
      then last_url_expires_at else ${lastUrlExpiresAt} end`,
  }));
}

async function giveBack(db: Kysely<Tables>, linkId: string): Promise<void> {
  const update = db.updateTable("links").set((eb) => ({ claims: eb("claims", "-", 1) }));
  await update.where("id", "=", linkId).execute();
}

export const linkRecipientQueries = defineQueries("database.linkRecipients", ({ kysely: db }) => ({
  /** Stores the code for an email address and a link. Replaces an earlier code for this email address and link. */
  async putCode({ linkId, email, codeHash, expiresAt }: LinkCode): Promise<void> {
    await db
      .insertInto("link_codes")
      .values({ link_id: linkId, email, code_hash: codeHash, expires_at: expiresAt })
      .onConflict((conflict) =>
        conflict.columns(["link_id", "email"]).doUpdateSet((eb) => ({
          code_hash: eb.ref("excluded.code_hash"),
          expires_at: eb.ref("excluded.expires_at"),
        })),
      )
      .execute();
  },

  /** Returns the hash of the code if the code has not expired. Does not check whether the link lists the email address. */
  async findCode(code: Pick<LinkCode, "linkId" | "email"> & { now: number }): Promise<string | undefined> {
    const { linkId, email, now } = code;
    const row = await db
      .selectFrom("link_codes")
      .select("code_hash")
      .where("link_id", "=", linkId)
      .where("email", "=", email)
      .where("expires_at", ">", now)
      .executeTakeFirst();
    return row?.code_hash;
  },

  /** Removes a used code. Returns false if the code was already used or replaced. */
  async removeCode({ linkId, email, codeHash }: Pick<LinkCode, "linkId" | "email" | "codeHash">): Promise<boolean> {
    const codes = db.deleteFrom("link_codes").where("link_id", "=", linkId).where("email", "=", email);
    return (await codes.where("code_hash", "=", codeHash).executeTakeFirstOrThrow()).numDeletedRows === 1n;
  },

  async putVisitor({ linkId, visitorId, email, expiresAt }: ProvenVisitor): Promise<void> {
    await db
      .insertInto("link_visitors")
      .values({ link_id: linkId, visitor_id: visitorId, email, expires_at: expiresAt })
      .onConflict((conflict) =>
        conflict.columns(["link_id", "visitor_id"]).doUpdateSet({ email, expires_at: expiresAt }),
      )
      .execute();
  },

  /** Returns the email address that a visitor has proven. Returns undefined if the link no longer lists this email address. */
  async emailOf({ linkId, visitorId, now }: Visitor & { now: number }): Promise<string | undefined> {
    const row = await db
      .selectFrom("link_visitors")
      .innerJoin("link_recipients", (join) =>
        join
          .onRef("link_recipients.link_id", "=", "link_visitors.link_id")
          .onRef("link_recipients.email", "=", "link_visitors.email"),
      )
      .select("link_recipients.email")
      .where("link_visitors.link_id", "=", linkId)
      .where("link_visitors.visitor_id", "=", visitorId)
      .where("link_visitors.expires_at", ">", now)
      .executeTakeFirst();
    return row?.email;
  },

  async deleteExpired(now: number): Promise<void> {
    const where = sql<boolean>`expires_at <= ${now}`;
    await deleteInSteps(db, { from: "link_codes", key: ["link_id", "email"], by: "expires_at", where });
    await deleteInSteps(db, { from: "link_visitors", key: ["link_id", "visitor_id"], by: "expires_at", where });
  },
}));

type Visitor = { linkId: string; visitorId: string };
type ProvenVisitor = Visitor & { email: string; expiresAt: number };

/** A code in a mail to a visitor. The visitor proves an email address for one link with the code. */
export type LinkCode = { linkId: string; email: string; codeHash: string; expiresAt: number };
