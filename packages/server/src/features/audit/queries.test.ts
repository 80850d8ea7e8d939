import { describe, expect, it } from "vitest";
import { firstIdAt } from "../../platform/crypto/ids.ts";
import { sampleEvent } from "../../testing/database/samples.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { useDatabase } from "../../testing/database/use-database.ts";
import { noteQueries } from "../notes/queries.ts";
import { auditQueries, urlAuditLog } from "./queries.ts";

const FIRST = { limit: 50, cursor: undefined };

describe.each(engines)("the audit log on $name", (engine) => {
  const suite = useDatabase(engine);
  it("the audit log stores all fields of a URL event and of other events", async () => {
    const business = sampleEvent({ action: "note.created", noteId: "n-kept", attachmentIds: [], detail: {} });
    const url = sampleEvent({ noteId: "n-kept", detail: { filename: "é'\"\\{},📎.pdf", n: -1.5, ok: true, no: null } });
    await auditQueries(suite.db).add(business);
    await urlAuditLog(suite.db).record(url);
    expect((await auditQueries(suite.db).listOfNote("n-kept", FIRST)).items).toEqual([url, business]);
  });

  it("the audit log can store one event about 1,000 attachments", async () => {
    const attachmentIds = Array.from({ length: 1_000 }, (_, i) => `0190-${i}`);
    const event = sampleEvent({ noteId: "n-batch", attachmentIds });
    await urlAuditLog(suite.db).record(event);
    expect((await auditQueries(suite.db).listOfNote("n-batch", FIRST)).items).toEqual([event]);
  });

  it("the pages of the audit log contain each event of an owner once", async () => {
    const events = Array.from({ length: 21 }, () => sampleEvent({ noteId: "n-paged", ownerId: "o-paged" }));
    await Promise.all(events.map((event) => urlAuditLog(suite.db).record(event)));
    await urlAuditLog(suite.db).record(sampleEvent({ noteId: "n-paged", ownerId: "o-other" }));
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await auditQueries(suite.db).listOfOwner("o-paged", { limit: 4, cursor });
      found.push(...page.items.map((event) => event.id));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(found).toEqual(events.map((event) => event.id).reverse());
    expect((await auditQueries(suite.db).listOfNote("n-paged", FIRST)).items).toHaveLength(22);
  });

  it("the pages of the audit log stay full if the request omits routine events", async () => {
    const note = { noteId: "n-acts", ownerId: "o-acts" };
    const url = (purpose: string, actorId = "bob") => sampleEvent({ ...note, actorId, detail: { purpose } });
    const ofLink = { actorId: "visitor:v", detail: { linkId: "l" } };
    const routine = [url("thumbnail"), url("renewal"), url("view", "o-acts"), sampleEvent({ ...note, ...ofLink })];
    const acts = [
      url("download"),
      url("view"),
      url("zip", "o-acts"),
      sampleEvent({ ...note, action: "note.updated", detail: { purpose: "thumbnail" } }),
    ];
    for (let nth = 0; nth < 30; nth++) routine.push(url("thumbnail"));
    const all = [...routine, ...acts].sort((a, b) => (a.id < b.id ? 1 : -1));
    await Promise.all(all.map((event) => urlAuditLog(suite.db).record(event)));
    const list = { note: auditQueries(suite.db).listOfNote, owner: auditQueries(suite.db).listOfOwner };
    for (const [name, id] of [["note", "n-acts"] as const, ["owner", "o-acts"] as const]) {
      const first = await list[name](id, { limit: 3, cursor: undefined, routine: "omit" });
      const second = await list[name](id, { limit: 3, cursor: first.nextCursor, routine: "omit" });
      expect([first.items.length, second.items.length, second.nextCursor]).toEqual([3, 1, undefined]);
      expect([...first.items, ...second.items]).toEqual(all.filter((event) => acts.includes(event)));
      expect((await list[name](id, FIRST)).items).toEqual(all);
    }
  });

  it("the service can list and delete the oldest audit events of an owner", async () => {
    const events = ["thumbnail", "download", "thumbnail", "view"].map((purpose) =>
      sampleEvent({ noteId: "n-old", ownerId: "o-old", detail: { purpose } }),
    );
    await Promise.all(events.map((event) => urlAuditLog(suite.db).record(event)));
    await expect
      .poll(() => auditQueries(suite.db).listOldest("o-old", { before: firstIdAt(Date.now() + 1_000), limit: 3 }))
      .toEqual(events.slice(0, 3));
    await auditQueries(suite.db).deleteOfOwner(
      "o-old",
      events.slice(0, 3).map(({ id }) => id),
    );
    expect((await auditQueries(suite.db).listOfOwner("o-old", FIRST)).items).toEqual(events.slice(3));
  });

  it("the audit log stores an event once, even if a caller records the event twice", async () => {
    const event = sampleEvent({ noteId: "n-twice" });
    await urlAuditLog(suite.db).record(event);
    const other = sampleEvent({ noteId: "n-twice" });
    await Promise.all([urlAuditLog(suite.db).record(event), urlAuditLog(suite.db).record(other)]);
    expect((await auditQueries(suite.db).listOfNote("n-twice", FIRST)).items).toEqual([other, event]);
  });

  it("audit events remain after their note is deleted", async () => {
    await auditQueries(suite.db).add(sampleEvent({ noteId: "n-gone", action: "note.deleted" }));
    await noteQueries(suite.db).delete("n-gone");
    expect((await auditQueries(suite.db).listOfNote("n-gone", FIRST)).items).toHaveLength(1);
  });
});
