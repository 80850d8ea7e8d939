import { describe, expect, it } from "vitest";
import { text } from "./testing/files.ts";
import { choose, filesOf, hashesOf, open, rowOf, stored, untilAttached } from "./testing/note-files.ts";
import { startWeb } from "./testing/start-web.ts";
import { closeBucket } from "./testing/upload-faults.ts";

describe("an upload in a browser with two tabs", () => {
  const web = startWeb();

  it("an upload continues in the second tab after the first tab is closed", async () => {
    const ann = await web.person("Ann");
    const note = await open(ann);
    const bucket = await closeBucket(ann, web.service);
    // The PUT of the closed tab may still reach the bucket, which then returns 412 to the second tab.
    ann.watch.expect(/^412 PUT /);
    const file = text("a.txt", "hello");
    await choose(ann, [file]);
    await filesOf(ann).getByRole("progressbar").waitFor();
    const other = { ...ann, page: await ann.context.newPage() };
    await other.page.goto(`/n/${note.id}`);
    await rowOf(other, "a.txt").getByText("Uploading in another tab").waitFor();
    await ann.page.close();
    await filesOf(other).getByText("Uploading in another tab").waitFor({ state: "detached" });
    bucket.open();
    await untilAttached(other, "a.txt");
    expect(await stored(ann.client, note.id)).toEqual(hashesOf([file]));
    expect((await ann.client.notes.get(note.id)).attachments).toHaveLength(1);
  });

  it("both of two tabs show an upload, but only one tab sends the file", async () => {
    const ben = await web.person("Ben");
    const note = await open(ben);
    const bucket = await closeBucket(ben, web.service);
    await choose(ben, [text("a.txt", "hello")]);
    await filesOf(ben).getByRole("progressbar").waitFor();
    const other = { ...ben, page: await ben.context.newPage() };
    await other.page.goto(`/n/${note.id}`);
    await rowOf(other, "a.txt").getByText("Uploading in another tab").waitFor();
    bucket.open();
    await untilAttached(other, "a.txt");
    await untilAttached(ben, "a.txt");
    const sent = ben.watch.requests.get(web.service.bucketOrigin) ?? [];
    expect(sent.filter(({ method }) => method === "PUT")).toHaveLength(1);
    expect((await ben.client.notes.get(note.id)).attachments).toHaveLength(1);
  });
});
