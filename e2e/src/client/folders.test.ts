import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { memoryStore, openFiles, openLink } from "../../../packages/client/src/index.ts";
import { saveIn } from "../../../packages/client/src/node.ts";
import { startApplication } from "../embedding/start-application.ts";
import { useWorld } from "./testing/world.ts";

const getWorld = useWorld();
const text = (content: string) => new File([content], "a.txt", { type: "text/plain", lastModified: 1_000 });

describe("the folders of files through the client", () => {
  it("files with the same name keep their folders in the upload and in each download", async () => {
    const { client, url } = getWorld();
    const { id } = await client.notes.create({ title: "Files" });
    const paths = [undefined, "photos/2024/", "photos/2025", "photos/2024/"];
    const tasks = paths.map((path, nth) => client.upload(id, text(`${nth}`), { path }));
    const files = await Promise.all(tasks.map(({ done }) => done));
    expect(files.map(({ path }) => path)).toEqual([undefined, "photos/2024/", "photos/2025/", "photos/2024/"]);

    const root = await mkdtemp(join(tmpdir(), "folders-"));
    for (const file of files) await saveIn(root, await client.download(file.id));
    const saved = ["a.txt", "photos/2024/a.txt", "photos/2025/a.txt", "photos/2024/a (2).txt"];
    const contents = await Promise.all(saved.map((path) => readFile(join(root, path), "utf8")));
    expect(contents).toEqual(["0", "1", "2", "3"]);

    const token = (await client.links.create(id)).url.split("/").at(-1) as string;
    const visit = openLink(token, { baseUrl: url });
    const link = await visit.look();
    const ofLink = await mkdtemp(join(tmpdir(), "folders-"));
    for (const file of (link.state === "open" && link.files) || []) await saveIn(ofLink, await visit.download(file));
    const entries = (await readdir(ofLink, { recursive: true })).filter((path) => path.endsWith(".txt"));
    expect(entries.sort()).toEqual(saved.sort());
  });

  it("the service says why it refuses an upload with an invalid path", async () => {
    const { client } = getWorld();
    const { id } = await client.notes.create({ title: "Files" });
    const upload = client.upload(id, text("x"), { path: "../../etc" });
    await expect(upload.done).rejects.toMatchObject({ code: "invalid_path", message: expect.stringContaining("..") });
  });

  it("a file of an application keeps its folder", async () => {
    const application = await startApplication({ may: () => true });
    const files = openFiles({ baseUrl: application.url, token: "ann", store: memoryStore() });
    const invoice = { resource: "invoice", itemId: "42" };
    const sent = [1, 2].map((nth) => files.upload(invoice, text(`${nth}`), { path: `papers/${nth}` }).done);
    expect((await Promise.all(sent)).map(({ path }) => path)).toEqual(["papers/1/", "papers/2/"]);
    await application.close();
  });
});
