import { expect, it } from "vitest";
import { texts } from "../../../packages/web/src/texts/index.ts";
import { text } from "./testing/files.ts";
import { seedFile, seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";

const web = startWeb();
const isStream = (request: { headers(): Record<string, string> }) => request.headers().accept === "text/event-stream";

it("an open page shows a new share and its revocation without a reload", async () => {
  const [ann, ben] = [await web.person("Ann Live"), await web.person("Ben Live")];
  const { page } = ben;
  ben.watch.expect(/^403 /);
  const opened = page.waitForResponse((response) => response.url().includes("/changes"));
  const polls: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/changes") && !isStream(request)) polls.push(request.url());
  });
  await page.goto("/shared");
  await page.getByText(texts.notes.empty.shared.title).waitFor();
  expect((await opened).headers()["content-type"]).toBe("text/event-stream");

  const note = await seedNote(ann.client, { title: "Minutes", sharedWith: { userIds: [ben.id] } });
  const row = page.getByRole("link", { name: "Minutes" });
  await row.getByText(texts.notes.isNew, { exact: true }).waitFor();
  await row.click();
  await page.getByText(texts.sharing.access.by("Ann Live")).waitFor();
  await row.getByText(texts.notes.isNew, { exact: true }).waitFor({ state: "detached" });
  expect((await ben.client.notes.get(note.id)).isNew).toBe(false);

  await seedFile(ann.client, { noteId: note.id, file: text("minutes.txt", "all agreed") });
  await page.getByRole("main").getByText("minutes.txt").first().waitFor();
  await ann.client.shares.remove({ noteId: note.id }, ben.id);
  await page.getByText(texts.notes.noAccess.title).waitFor();
  // A page without an event stream would also show the changes, but only after a poll.
  expect(polls).toEqual([]);
});

it("an open page polls for changes if the service refuses an event stream", async () => {
  const ben = await web.person("Ben Polls");
  const { page, watch } = ben;
  watch.expect(/^429 GET .*\/changes/);
  await page.clock.install();
  await page.route(/\/changes/, (route) =>
    isStream(route.request()) ? route.fulfill({ status: 429 }) : route.continue(),
  );
  const refused = page.waitForResponse((response) => response.status() === 429);
  await page.goto("/shared");
  await page.getByText(texts.notes.empty.shared.title).waitFor();
  await page.clock.runFor(2_000);
  await refused;
  const polled = page.waitForResponse((response) => response.url().includes("/changes") && response.ok());
  await page.clock.runFor(20_000);
  expect((await (await polled).json()).changed).toEqual([]);
});
