import { describe, expect, it } from "vitest";
import { png, text } from "./testing/files.ts";
import { filesOf, rowOf } from "./testing/note-files.ts";
import type { Person } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";

// Reads the events of two days, because midnight may pass during a test.
const lines = ({ page }: Person) => page.getByRole("region", { name: /^(Today|Yesterday)$/ }).getByRole("listitem");

/** Returns the text of each event, without its time and the title of its note. */
function told(person: Person): Promise<string[]> {
  return lines(person).locator("xpath=div/div/p[1]").allInnerTexts();
}

/** Clicks, and waits until the browser has saved the download. */
async function downloadBy({ page }: Person, click: () => Promise<void>): Promise<void> {
  const [download] = await Promise.all([page.waitForEvent("download"), click()]);
  await download.path();
}

/** Reads the numbers of the chart from the table with the same data. */
async function charted({ page }: Person): Promise<number[]> {
  const cells = await page.getByRole("table", { name: "Downloads" }).getByRole("cell").allTextContents();
  return cells.map(Number);
}

describe("the activity page and the activity of a note", () => {
  const web = startWeb();

  it("the activity of a note describes its events in plain words", async () => {
    const ann = await web.person("Ann");
    const bob = await web.person("Bob");
    const eve = await web.person("Eve");
    const files = [text("report.txt", "the report"), text("plan.txt", "the plan")];
    const note = await seedNote(ann.client, { title: "Contract", files });
    const [report, plan] = note.attachments;
    if (report === undefined || plan === undefined) throw new Error("no files");
    for (let time = 0; time < 10; time++) await ann.client.notes.update(note.id, { body: `draft ${time}` });
    const expiresAt = new Date(Date.now() + 9 * 86_400_000).toISOString();
    await ann.client.shares.put({ noteId: note.id }, { userIds: [bob.id], role: "editor", expiresAt });
    await bob.client.urlFor(report.id);
    await bob.client.urlsFor([report.id, plan.id]);
    await expect(eve.client.urlFor(report.id)).rejects.toMatchObject({ code: "access_denied" });
    const bad = new File(["<html><script>1</script></html>"], "photo.png", { type: "image/png" });
    await expect(ann.client.upload(note.id, bad).done).rejects.toMatchObject({ code: "upload_rejected" });
    await ann.client.attachments.remove(plan.id);
    const { id: bobsId } = await bob.client.me();
    await ann.client.shares.remove({ noteId: note.id }, bobsId);

    await ann.page.goto(`/n/${note.id}`);
    const asked: string[] = [];
    ann.page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await ann.page.getByRole("button", { name: "Activity" }).waitFor();
    expect(asked.filter((path) => path.endsWith("/activity"))).toEqual([]);
    await ann.page.getByRole("button", { name: "Activity" }).click();
    await lines(ann).first().waitFor();
    const story = await told(ann);
    expect(story).toEqual([
      "You stopped sharing the note with Bob",
      "You deleted plan.txt",
      "You attached photo.png, which was not kept",
      "Eve tried to open report.txt without access",
      "Bob downloaded 2 files",
      "Bob downloaded report.txt",
      expect.stringMatching(/^You shared the note with Bob \(can edit\) until \d+\s\w+\s\d{4},\s\d\d:\d\d$/),
      "You edited the note, 10 times",
      "You attached plan.txt and report.txt",
      "You created the note",
    ]);
    await ann.page
      .getByText(/^Not accepted: this is .*, not a picture\.$/)
      .first()
      .waitFor();

    await ann.page.getByRole("radio", { name: "Refused" }).check();
    await expect.poll(() => told(ann)).toEqual(["Eve tried to open report.txt without access"]);
    await ann.page.getByRole("radio", { name: "Shared" }).check();
    await expect.poll(async () => (await told(ann)).length).toBe(2);
    await ann.page.getByRole("radio", { name: "Changed" }).check();
    await expect.poll(async () => (await told(ann)).includes("You edited the note, 10 times")).toBe(true);
  });

  it("one row of the activity describes one action on several pictures of a note", async () => {
    const kim = await web.person("Kim");
    const leo = await web.person("Leo");
    const files = ["a.png", "b.png", "c.png", "d.png"].map((name) => png(name));
    const note = await seedNote(kim.client, { title: "Trip", files, sharedWith: { userIds: [leo.id] } });
    for (const { page } of [kim, leo]) await page.addInitScript("delete globalThis.showSaveFilePicker");
    for (const person of [kim, leo]) {
      await person.page.goto(`/n/${note.id}`);
      await person.page.getByRole("button", { name: "Show as a list" }).click();
      await expect.poll(() => filesOf(person).locator("img").count()).toBe(4);
      await person.page.getByRole("button", { name: /^a\.png/ }).click();
      const preview = person.page.getByRole("dialog");
      await preview.getByRole("img", { name: "a.png" }).waitFor();
      await person.page.keyboard.press("Escape");
      await preview.waitFor({ state: "hidden" });
      await downloadBy(person, async () => {
        await rowOf(person, "b.png").hover();
        await rowOf(person, "b.png").getByRole("link", { name: "Download" }).click();
      });
      await downloadBy(person, () => person.page.getByRole("button", { name: "Download all" }).click());
    }

    await kim.page.goto("/activity");
    await lines(kim).first().waitFor();
    const acts = [
      "Leo downloaded 4 files as a ZIP",
      "Leo downloaded b.png",
      "Leo viewed a.png",
      "You downloaded 4 files as a ZIP",
      "You downloaded b.png",
      "You shared the note with Leo (can view)",
      "You attached d.png, c.png, b.png, and 1 more",
      "You created the note",
    ];
    expect(await told(kim)).toEqual(acts);
    await lines(kim).first().getByText("a.png, b.png, c.png, and 1 more").waitFor();
    await kim.page.getByText(/^10 downloads in the last 24 hours/).waitFor();

    // This call of the API also returns the events that the page leaves out.
    const everything = await kim.client.activity.list({ routine: "include", limit: 200 });
    expect(everything.items.some(({ detail }) => detail.purpose === "thumbnail")).toBe(true);
  });

  it("the activity shows each action of a visitor", async () => {
    const nora = await web.person("Nora");
    const files = ["a.png", "b.png", "c.png"].map((name) => png(name));
    const note = await seedNote(nora.client, { title: "Beach", files });
    const { url } = await nora.client.links.create(note.id, { label: "Family" });
    const visitor = await web.person("Vera", { hasAccount: false });
    await visitor.page.addInitScript("delete globalThis.showSaveFilePicker");
    await visitor.page.goto(url);
    await visitor.page.getByRole("button", { name: "Preview b.png" }).click();
    await visitor.page.getByRole("dialog").getByRole("img", { name: "b.png" }).waitFor();
    await visitor.page.keyboard.press("Escape");
    await downloadBy(visitor, () => visitor.page.getByRole("button", { name: "Download all" }).click());
    await visitor.context.clearCookies();
    await visitor.page.reload();
    await downloadBy(visitor, () => visitor.page.getByRole("button", { name: "Download: a.png" }).click());
    await nora.page.goto("/activity");
    await nora.page.getByText(/^4 downloads in the last 24 hours/).waitFor();
    await nora.page.getByRole("radio", { name: "Downloaded" }).check();
    const downloads = [
      "A visitor downloaded a.png from the link “Family”",
      "A visitor downloaded 3 files as a ZIP from the link “Family”",
    ];
    await expect.poll(() => told(nora)).toEqual(downloads);
    await nora.page.getByRole("radio", { name: "Opened" }).check();
    const views = ["A visitor opened the link “Family”", "A visitor looked at b.png from the link “Family”"];
    await expect.poll(() => told(nora)).toEqual(expect.arrayContaining(views));
    expect(await told(nora)).not.toContain(downloads[0]);
    await nora.page.goto(`/n/${note.id}`);
    await nora.page.getByRole("button", { name: "Activity" }).click();
    await nora.page.getByText(/^4 downloads in the last 24 hours/).waitFor();
  });

  it("the activity counts the downloads of the last 24 hours by the hour", async () => {
    const carl = await web.person("Carl");
    const dora = await web.person("Dora");
    const files = ["a.txt", "b.txt", "c.txt"].map((name) => text(name, name));
    const note = await seedNote(carl.client, { title: "Three", files, sharedWith: { userIds: [dora.id] } });
    const ids = note.attachments.map(({ id }) => id);
    await dora.client.urlsFor(ids);
    for (const id of ids.slice(0, 2)) await dora.client.urlFor(id);
    await carl.page.goto("/activity");
    await carl.page.getByText(/^5 downloads in the last 24 hours/).waitFor();
    const counts = await charted(carl);
    expect(counts).toHaveLength(24);
    expect(counts.reduce((sum, count) => sum + count)).toBe(5);
    // Adds the numbers of the last two hours, because a new hour may start during the test.
    expect(counts.slice(-2).reduce((sum, count) => sum + count)).toBe(5);
  });

  it("the activity of all notes has a link to each note that is not deleted", async () => {
    const finn = await web.person("Finn");
    const kept = await seedNote(finn.client, { title: "Kept" });
    const gone = await seedNote(finn.client, { title: "Gone" });
    await finn.client.notes.remove(gone.id);
    await finn.page.goto("/activity");
    await finn.page.getByText("You deleted the note “Gone”").waitFor();
    expect(await lines(finn).getByRole("link").allInnerTexts()).toEqual(["Kept"]);
    await lines(finn).filter({ hasText: "Deleted note" }).waitFor();
    await finn.page.getByRole("link", { name: "Kept" }).click();
    await finn.page.waitForURL(`**/n/${kept.id}`);
  });

  // The app requests shorter pages than usual.
  const EVENTS = 60;

  it("the activity loads older events on scroll even while it refreshes", async () => {
    const ivy = await web.person("Ivy");
    for (let nth = 0; nth < EVENTS; nth++) await ivy.client.notes.create({ title: `Note ${nth}` });
    await ivy.page.route(/\/activity\?/, (route) =>
      route.fallback({ url: route.request().url().replace("limit=200", "limit=50") }),
    );
    await ivy.page.goto("/activity");
    await lines(ivy).nth(49).waitFor();
    expect(await lines(ivy).count()).toBe(50);
    const refresh = Promise.withResolvers<void>();
    await ivy.page.route(/\/activity\?(?!.*cursor)/, async (route) => {
      await refresh.promise;
      await route.fallback();
    });
    const started = ivy.page.waitForRequest(/\/activity\?(?!.*cursor)/);
    await ivy.client.notes.create({ title: "Note that causes the refresh" });
    await started;
    await lines(ivy).last().scrollIntoViewIfNeeded();
    // The browser reports which elements are visible after it has drawn two frames.
    await ivy.page.evaluate(
      "new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve))))",
    );
    refresh.resolve();
    await ivy.page.getByRole("link", { name: "Note 0", exact: true }).waitFor();
    await expect.poll(() => lines(ivy).count()).toBe(EVENTS + 1);
  });

  it("the activity page says that there are no events, or that the events did not load", async () => {
    const hal = await web.person("Hal");
    hal.watch.expect(/^503 /);
    const { page } = hal;
    await page.route(/\/activity\?/, (route) =>
      route.fulfill({ status: 503, json: { code: "database_unavailable", message: "", status: 503 } }),
    );
    await page.goto("/activity");
    await page.getByText("The activity could not be loaded").waitFor();
    await page.unrouteAll();
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("Nothing has happened yet").waitFor();
  });
});
