import type { CompiledQuery } from "kysely";
import { v7 as newId } from "uuid";
import { describe, expect, it } from "vitest";
import type { Database } from "../../platform/database/queries.ts";
import { fold } from "../../platform/text/readable-text.ts";
import { insertUpload } from "../../testing/database/insert-upload.ts";
import { sampleAttachment, sampleNote, sampleShare, sampleUpload } from "../../testing/database/samples.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { useDatabase } from "../../testing/database/use-database.ts";
import type { Note } from "../access/note.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { shareQueries } from "../sharing/queries/shares.ts";
import { trashQueries } from "../trash/queries.ts";
import { noteQueries } from "./queries.ts";
import { searchIndexQueries } from "./search-index-queries.ts";

const ALL = { limit: 500, cursor: undefined };

// Each script here has few characters, so that random notes often contain a random search text.
const SCRIPTS = [
  "abCD ",
  "sSßẞ",
  "iIİı",
  "аБвГ",
  "σςΣά",
  "漢字仮名",
  "あいガか゛",
  "กำ่้ข",
  "ابتَ",
  "אבגָ",
  "한글한",
  "😀👨‍👩‍👧🏽",
  "e\u0301é\u0323a\u030a",
  "%_*'\"\\",
];

type Texts = { note: Note; files: { id: string; filename: string }[] };

describe.each(engines)("the index for searches on $name", (engine) => {
  const suite = useDatabase(engine);
  const titles = async (ownerId: string, search: string) =>
    (await noteQueries(suite.db).listOwned(ownerId, { ...ALL, search })).items.map(({ title }) => title);

  it("in every writing system, the index finds the same notes as a scan of all texts", async () => {
    const random = createRandom(20_300_101);
    const now = suite.clock.now;
    const owners = ["scan-a", "scan-b", "scan-c"];
    const texts = new Map<string, Texts>();
    const trash: { texts: Texts; file: Texts["files"][number] | undefined }[] = [];
    const text = () => {
      const scripts = [random.of(SCRIPTS), random.of(SCRIPTS)];
      return Array.from({ length: random.below(25) }, () => random.of([...random.of(scripts)])).join("");
    };
    const addFile = async (note: Note) => {
      const filename = `${text()}.pdf`;
      const state = random.of(["ready", "pending", "quarantined"] as const);
      const file = sampleAttachment(note, { filename, state, sizeBytes: 1 });
      await attachmentQueries(suite.db).insert(file);
      if (state === "pending") await insertUpload(suite.db, sampleUpload(file));
      texts.get(note.id)?.files.push(file);
    };
    const moveToTrash = async (known: Texts, file?: Texts["files"][number]) => {
      const { id: noteId, ownerId } = known.note;
      const deletion = { id: newId(), deletedBy: ownerId, deletedAt: now };
      if (file === undefined) {
        await trashQueries(suite.db).putNote(noteId, deletion);
        texts.delete(noteId);
      } else {
        if (!(await trashQueries(suite.db).putAttachment(file.id, deletion))) return;
        known.files.splice(known.files.indexOf(file), 1);
      }
      trash.push({ texts: known, file });
    };
    let restored = "";
    const restore = async ({ texts: known, file }: (typeof trash)[number]) => {
      const noteId = known.note.id;
      await trashQueries(suite.db).restore(file === undefined ? { noteId } : { attachmentId: file.id });
      if (file === undefined) texts.set(noteId, known);
      else known.files.push(file);
      restored = file?.filename ?? known.note.title;
    };
    const change = async () => {
      const ownerId = random.of(owners);
      const known = random.of([...texts.values()]);
      const kind = texts.size < 20 ? 0 : random.below(10);
      if (kind === 0 || known === undefined) {
        const note = sampleNote({ ownerId, title: text(), body: text() });
        await noteQueries(suite.db).insert(note);
        texts.set(note.id, { note, files: [] });
        if (random.below(2) === 0)
          await shareQueries(suite.db).put({ noteId: note.id }, sampleShare({ userId: "scan-reader" }));
      } else if (kind === 1) {
        known.note = { ...known.note, body: text() };
        await noteQueries(suite.db).update(known.note.id, { body: known.note.body, updatedAt: now });
      } else if (kind === 2 && random.below(4) === 0) {
        await noteQueries(suite.db).delete(known.note.id);
        texts.delete(known.note.id);
      } else if (kind === 3) {
        await searchIndexQueries(suite.db).indexSome();
      } else if (kind === 4) {
        await moveToTrash(known);
      } else if (kind === 5) {
        const all = [...texts.values()].flatMap((of) => of.files.map((file) => ({ of, file })));
        const { of, file } = random.of(all) ?? {};
        if (of !== undefined) await moveToTrash(of, file);
      } else if (kind < 8) {
        const [item] = trash.splice(random.below(trash.length), 1);
        if (item !== undefined) await restore(item);
      } else await addFile(known.note);
    };
    const search = () => {
      const known = random.of([...texts.values(), ...trash.map((item) => item.texts)]);
      const source = [
        ...random.of([restored, known.note.title, known.note.body, ...known.files.map(({ filename }) => filename)]),
      ];
      const start = random.below(source.length);
      const part = source.slice(start, start + 1 + random.below(6)).join("");
      return random.of([part, part.toUpperCase(), part.normalize("NFD"), part.toLowerCase(), text()]) || "a";
    };
    const shared = new Set<string>();
    for (let round = 0; round < 25; round += 1) {
      for (let nth = 0; nth < 8; nth += 1) await change();
      shared.clear();
      for (const { id } of (await noteQueries(suite.db).listShared("scan-reader", { ...ALL, now })).items)
        shared.add(id);
      for (let nth = 0; nth < 5; nth += 1) {
        const searched = search();
        const matching = [...texts.values()]
          .filter(({ note, files }) =>
            [note.title, note.body, ...files.map(({ filename }) => filename)].some((each) =>
              fold(each).includes(fold(searched)),
            ),
          )
          .map(({ note }) => note);
        for (const ownerId of owners) {
          const expected = matching.filter((note) => note.ownerId === ownerId).map(({ id }) => id);
          const { items } = await noteQueries(suite.db).listOwned(ownerId, { ...ALL, search: searched });
          expect([searched, ...items.map(({ id }) => id)]).toEqual([searched, ...expected.sort().reverse()]);
        }
        const expected = matching.filter(({ id }) => shared.has(id)).map(({ id }) => id);
        const { items } = await noteQueries(suite.db).listShared("scan-reader", { ...ALL, search: searched, now });
        expect([searched, ...items.map(({ id }) => id)]).toEqual([searched, ...expected.sort().reverse()]);
      }
    }
  }, 120_000);

  it("a search with the index reads only the texts of possible matches", async () => {
    const queries: string[] = [];
    const run = async <Row>(query: CompiledQuery<Row>) => {
      queries.push(query.sql);
      return (await suite.db.kysely.executeQuery(query)).rows;
    };
    const notes = noteQueries({ ...suite.db, built: new Map(), search: { run, atOnce: 1 } });
    const note = sampleNote({ ownerId: "lacks", title: "Invoice" });
    await noteQueries(suite.db).insert(note);
    await shareQueries(suite.db).put({ noteId: note.id }, sampleShare({ userId: "lacks-reader" }));
    await indexAll(suite.db);
    await notes.listOwned("lacks", { ...ALL, search: "receipt" });
    expect(queries.filter((query) => query.includes("body_folded"))).toEqual([]);
    // The index contains all documents of the owner, so a search in one shared note reads the note.
    queries.length = 0;
    await notes.listShared("lacks-reader", { ...ALL, search: "receipt", now: suite.clock.now });
    expect(queries.filter((query) => query.includes("with found"))).toEqual([]);
    expect((await notes.listOwned("lacks", { ...ALL, search: "invoice" })).items).toHaveLength(1);
  });

  it("a search finds a text that an older replica wrote to an indexed note", async () => {
    const note = sampleNote({ ownerId: "older-replica" });
    await noteQueries(suite.db).insert(note);
    await indexAll(suite.db);
    // The older version does not know the column `is_indexed`.
    const change = { body: "Written there", body_folded: "written there" };
    await suite.db.kysely.updateTable("notes").set(change).where("id", "=", note.id).execute();
    expect(await titles("older-replica", "written")).toEqual([note.title]);
  });

  it("after a note gets a new title, the index finds only the new title", async () => {
    const note = sampleNote({ ownerId: "edits", title: "First title" });
    await noteQueries(suite.db).insert(note);
    await indexAll(suite.db);
    await noteQueries(suite.db).update(note.id, { title: "Second title", updatedAt: note.updatedAt });
    expect(await titles("edits", "second")).toEqual(["Second title"]);
    await indexAll(suite.db);
    expect(await titles("edits", "second")).toEqual(["Second title"]);
    expect(await titles("edits", "first")).toEqual([]);
  });

  it("a search finds and names a file by its new name after a rename", async () => {
    const note = sampleNote({ ownerId: "renames", title: "Files" });
    await noteQueries(suite.db).insert(note);
    const file = sampleAttachment(note, { filename: "before.pdf", state: "ready", sizeBytes: 1 });
    await attachmentQueries(suite.db).insert(file);
    await indexAll(suite.db);
    await attachmentQueries(suite.db).rename(file, "after.pdf");
    for (const _ of ["before", "after"]) {
      const { items } = await noteQueries(suite.db).listOwned("renames", { ...ALL, search: "AFTER" });
      expect(items.map(({ foundFiles }) => foundFiles)).toEqual([[{ id: file.id, path: "", filename: "after.pdf" }]]);
      expect(await titles("renames", "before")).toEqual([]);
      await indexAll(suite.db);
    }
  });

  it("a search finds all matching notes even if most candidates do not match", async () => {
    const bodies = ["abcde bcdef", "abcdef", "cdef abc bcd"];
    const notes = Array.from({ length: 300 }, (_, nth) =>
      sampleNote({ ownerId: "pages", body: bodies[nth % 3] as string }),
    );
    for (const note of notes) await noteQueries(suite.db).insert(note);
    await indexAll(suite.db);
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await noteQueries(suite.db).listOwned("pages", { limit: 7, cursor, search: "abcdef" });
      expect(page.items.length).toBeLessThanOrEqual(7);
      found.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(found).toEqual(
      notes
        .filter(({ body }) => body === "abcdef")
        .map(({ id }) => id)
        .reverse(),
    );
  });

  it("a search finds a text in a note that has too many terms for the index", async () => {
    const body = Array.from({ length: 60_000 }, (_, nth) => String.fromCharCode(0x4e00 + ((nth * 7919) % 20_000))).join(
      "",
    );
    await noteQueries(suite.db).insert(sampleNote({ ownerId: "long", title: "Long", body }));
    await indexAll(suite.db);
    expect(await titles("long", body.slice(30_000, 30_005))).toEqual(["Long"]);
  });

  it("the deletion of a note removes the note and its files from the index", async () => {
    const note = sampleNote({ ownerId: "removes" });
    await noteQueries(suite.db).insert(note);
    const file = sampleAttachment(note, { state: "ready", sizeBytes: 1 });
    await attachmentQueries(suite.db).insert(file);
    await indexAll(suite.db);
    const docs = suite.db.kysely.selectFrom("search_docs").select("doc_id").where("note_id", "=", note.id);
    expect(await docs.execute()).toHaveLength(2);
    await noteQueries(suite.db).delete(note.id);
    expect(await docs.execute()).toEqual([]);
  });
});

async function indexAll(db: Database): Promise<void> {
  while (await searchIndexQueries(db).indexSome());
}

/** Returns a generator of random numbers, with the same numbers in each run. */
function createRandom(seed: number) {
  let state = seed;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  return { below, of: <T>(values: readonly T[]): T => values[below(values.length)] as T };
}
