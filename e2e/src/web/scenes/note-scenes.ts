import type { Page } from "playwright-core";
import type { Note } from "../../../../packages/client/src/index.ts";
import { activity } from "../../../../packages/web/src/texts/en/activity.ts";
import { fileToolsTexts, renameTexts } from "../../../../packages/web/src/texts/en/file-tools.ts";
import { invitationTexts } from "../../../../packages/web/src/texts/en/invitations.ts";
import { movingTexts } from "../../../../packages/web/src/texts/en/moving.ts";
import { previewTexts as preview } from "../../../../packages/web/src/texts/en/preview.ts";
import { shareDialogTexts } from "../../../../packages/web/src/texts/en/share-lists.ts";
import { uploadTexts } from "../../../../packages/web/src/texts/en/uploads.ts";
import { texts } from "../../../../packages/web/src/texts/index.ts";
import { dropFiles } from "../testing/drop-files.ts";
import { randomFile, text } from "../testing/files.ts";
import { seedNote } from "../testing/seed.ts";
import { asAdministrator, type Scene, scenesOf, withMail } from "./scene.ts";

const { attachments, sharing } = texts;

// The browser types that this file needs. The tests are compiled without the types of the DOM.
type Dom = {
  File: new (parts: string[], name: string) => object;
  DataTransfer: new () => { items: { add(file: object): void } };
  DragEvent: new (type: string, init: object) => object;
};

async function openNote(page: Page, { id, title }: Note): Promise<void> {
  await page.goto(`/n/${id}`);
  const heading = page.getByRole("heading", { level: 1, name: title });
  await heading
    .or(page.getByRole("textbox", { name: texts.notes.title }))
    .first()
    .waitFor();
  await page.getByRole("region", { name: attachments.title }).waitFor();
}

const fileOf = ({ attachments: files }: Note, ending: string) => {
  const found = files.find(({ filename }) => filename.endsWith(ending));
  if (found === undefined) throw new Error(`The note has no file that ends in ${ending}`);
  return found;
};

/** Opens a note and the menu of one of its files. */
async function openMenu(page: Page, note: Note): Promise<void> {
  await openNote(page, note);
  const row = page.getByRole("listitem").filter({ hasText: "Kitchen.png" });
  await row.getByRole("button", { name: texts.common.more }).click();
  await page.getByRole("menuitem", { name: attachments.copyLink }).waitFor();
}

async function openShareDialog(page: Page, note: Note) {
  await openNote(page, note);
  await page.getByRole("button", { name: sharing.share, exact: true }).click();
  return page.getByRole("dialog");
}

async function openMove(page: Page, full: Note) {
  await openMenu(page, full);
  await page.getByRole("menuitem", { name: attachments.moveTo }).click();
  const dialog = page.getByRole("dialog", { name: movingTexts.title.move("Kitchen.png") });
  await dialog.getByRole("option").first().waitFor();
  return dialog;
}

/** Limits the upload rate in bytes per second, so that the page shows running uploads. */
async function limitUploadRate(page: Page, uploadThroughput: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const connection = { offline: false, latency: 20, downloadThroughput: -1, uploadThroughput };
  await session.send("Network.emulateNetworkConditions", connection);
}

const previews: [name: string, ending: string][] = [
  ["image", "Kitchen.png"],
  ["portrait", "open.png"],
  ["pdf", ".pdf"],
  ["text", "readings.txt"],
  ["audio", ".wav"],
];

const formatted = [
  {
    name: "markdown",
    file: text(
      "README.md",
      "# Readings\n\nTaken on **Friday**, see [the rules](https://example.com).\n\n- [x] cellar\n- [ ] attic\n",
    ),
    shows: "list",
  },
  {
    name: "table",
    file: text("Meters.csv", 'meter,number,reading\nelectricity,4711-0815,18204\n"water, cold",WZ-33871,241.7\n'),
    shows: "table",
  },
] as const;

export const noteScenes: readonly Scene[] = [
  ...scenesOf("ann", {
    "note-empty": (page, { empty }) => openNote(page, empty),
    "note-full": (page, { full }) => openNote(page, full),
    async "note-new"(page) {
      await page.goto("/");
      await page.getByRole("button", { name: texts.app.newNote }).filter({ visible: true }).first().click();
      await page.getByRole("textbox", { name: texts.notes.title }).waitFor();
    },
    async "note-own-menu"(page, { full }) {
      await openNote(page, full);
      await page.getByRole("button", { name: texts.notes.more }).click();
      await page.getByRole("menuitem", { name: texts.notes.pin }).waitFor();
    },
    async "note-dragging"(page, { full }) {
      await openNote(page, full);
      await dropFiles(page.locator("main"), { files: [text("a.txt", "a")], isHeld: true });
      await page.getByText(attachments.drop).waitFor();
    },
    "note-menu": (page, { full }) => openMenu(page, full),
    async "note-activity"(page, { full }) {
      await openNote(page, full);
      await page.getByRole("button", { name: activity.title }).click();
      const feed = page.getByRole("region", { name: activity.title });
      await feed.getByText("Ben Osei").first().waitFor();
      await feed.scrollIntoViewIfNeeded();
    },
    async "share-file-dialog"(page, { full }) {
      await openMenu(page, full);
      await page.getByRole("menuitem", { name: attachments.share }).click();
      await page.getByRole("dialog", { name: sharing.shareFile("Kitchen.png") }).waitFor();
    },
    async "share-dialog"(page, { full }) {
      await (await openShareDialog(page, full)).getByText("Ben Osei").waitFor();
    },
    async "share-dialog-shared"(page, { ann }) {
      const dialog = await openShareDialog(page, await seedNote(ann.client, { title: "Minutes, 14 November" }));
      await dialog.getByLabel(shareDialogTexts.people.label, { exact: true }).fill("carla.weiss@example.org");
      await dialog.getByRole("button", { name: sharing.share, exact: true }).click();
      await dialog.getByText(invitationTexts.message.unknown(1)).waitFor();
    },
    async "share-dialog-mailed"(page, { ann }) {
      await withMail(page);
      const dialog = await openShareDialog(page, await seedNote(ann.client, { title: "Minutes, 14 November" }));
      await dialog.getByLabel(shareDialogTexts.people.label, { exact: true }).fill("carla.weiss@example.org");
      await dialog.getByRole("button", { name: sharing.share, exact: true }).click();
      await dialog.getByText(invitationTexts.mailed(["carla.weiss@example.org"])).waitFor();
    },
    async "share-dialog-many"(page, { full }) {
      const dialog = await openShareDialog(page, full);
      const emails = Array.from({ length: 20 }, (_, nth) => `a.person.with.a.long.name.${nth}@department.example.com`);
      await dialog.getByLabel(shareDialogTexts.people.label, { exact: true }).fill(`${emails.join(" ")} `);
    },
    "share-files-dialog": {
      expects: [/^429 PUT .*shares/],
      async open(page, { full }) {
        // The fake service shares the first file, and refuses to share the second file.
        const url = `https://files.example.com/invitation#${"x".repeat(43)}`;
        const invitation = { id: "1", email: "carla.weiss@example.org", url };
        let calls = 0;
        await page.route("**/attachments/*/shares", (route) => {
          calls += 1;
          if (calls === 1) return route.fulfill({ json: { shares: [], invitations: [invitation], results: [] } });
          return route.fulfill({ status: 429, headers: { "retry-after": "900" }, json: { code: "rate_limited" } });
        });
        await openNote(page, full);
        await page.getByRole("button", { name: attachments.select }).click();
        for (const name of ["Kitchen.png", "Meter readings.txt"]) {
          await page.getByRole("checkbox", { name: attachments.choose(name) }).check();
        }
        await page.getByRole("button", { name: fileToolsTexts.share, exact: true }).last().click();
        const dialog = page.getByRole("dialog", { name: shareDialogTexts.files.title(2) });
        await dialog.getByLabel(shareDialogTexts.people.label).fill("carla.weiss@example.org");
        await dialog.getByRole("button", { name: sharing.share, exact: true }).click();
        await dialog.getByText(shareDialogTexts.files.missing("Meter readings.txt")).waitFor();
      },
    },
    async "note-writing"(page, { full }) {
      await openNote(page, full);
      await page.getByRole("button", { name: texts.notes.edit, exact: true }).click();
      await page.getByRole("button", { name: texts.common.done, exact: true }).waitFor();
    },
    async "note-tools"(page, { full }) {
      await openNote(page, full);
      await page.getByRole("button", { name: attachments.select }).click();
      await page.getByRole("checkbox", { name: attachments.choose("Kitchen.png") }).check();
      await page.getByRole("checkbox", { name: attachments.choose("Meter readings.txt") }).check();
    },
    "move-choose": (page, { full }) => openMove(page, full),
    async "move-confirm"(page, { full }) {
      const dialog = await openMove(page, full);
      await dialog.getByRole("option", { name: "Contract with Hofer & Sons" }).click();
      await dialog.getByRole("status").filter({ hasText: /1/ }).waitFor();
    },
    async "move-other-owner"(page, { full }) {
      const dialog = await openMove(page, full);
      await dialog.getByRole("combobox", { name: movingTexts.search }).fill("Quarterly");
      // The result of the search moves the options, and a click on a moving option can be lost.
      await dialog.getByRole("option").nth(1).waitFor({ state: "detached" });
      await dialog.getByRole("option", { name: "Quarterly figures" }).click();
      await dialog.getByText(movingTexts.otherOwner("Ben Osei")).waitFor();
    },
    async "move-dragging"(page, { full }) {
      await openNote(page, full);
      if ((page.viewportSize()?.width ?? 0) < 700) return;
      const data = await page.evaluateHandle("new DataTransfer()");
      const row = page.getByRole("listitem").filter({ hasText: "Kitchen.png" });
      await row.dispatchEvent("dragstart", { dataTransfer: data });
      const note = page.getByRole("listitem").filter({ hasText: "Choir: scores for Advent" });
      await note.dispatchEvent("dragover", { dataTransfer: data });
      await page.getByText(texts.notes.drop.move).waitFor();
    },
    async "note-folders"(page, { ann }) {
      const of = (path: string, names: readonly string[]) => names.map((name) => ({ ...text(name, name), path }));
      const files = [
        ...of("", ["Handover protocol.txt"]),
        ...of("Photos/2024/Kitchen and bathroom/", ["IMG_2041.txt", "IMG_2042.txt"]),
        ...of("Photos/2025/", ["IMG_3001.txt"]),
        ...of("חוזים/", ["a.txt"]),
      ];
      await openNote(page, await seedNote(ann.client, { title: "Everything about the flat", files }));
      await page.getByRole("heading", { name: "Photos/2025" }).waitFor();
    },
    async "note-folder-too-large"(page, { full }) {
      await openNote(page, full);
      // The files are not on the disk, because only their number matters.
      await page.getByRole("region", { name: attachments.title }).evaluate((region) => {
        const { DataTransfer, DragEvent, File } = globalThis as unknown as Dom;
        const dataTransfer = new DataTransfer();
        for (let nth = 0; nth <= 1_000; nth += 1) dataTransfer.items.add(new File(["a"], `${nth}.txt`));
        const event = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true });
        (region as unknown as { dispatchEvent(event: object): void }).dispatchEvent(event);
      });
      await page.getByText(attachments.tooMany(1_000)).first().waitFor();
    },
    async "note-rename"(page, { full }) {
      await openMenu(page, full);
      await page.getByRole("menuitem", { name: attachments.rename }).click();
      await page.getByRole("textbox", { name: renameTexts.name }).waitFor();
    },
    async "search-files"(page, { full }) {
      await page.goto("/?q=kitchen");
      await page.getByRole("link", { name: "Kitchen.png" }).waitFor();
      await page.getByRole("link", { name: full.title }).waitFor();
    },
  }),
  ...scenesOf("ben", {
    "note-of-another": (page, { full }) => openNote(page, full),
    "note-uploading": {
      async open(page, { ben }) {
        // Makes a new note each time, because an old note also shows unfinished uploads of an earlier run.
        await openNote(page, await seedNote(ben.client, { title: "Film and pictures" }));
        await limitUploadRate(page, 150_000);
        await refuseInBatches(page, { filename: "Too large for the storage.bin", code: "quota_exceeded" });
        const sizes = {
          "Meters.bin": 20_000,
          "Too large for the storage.bin": 30_000,
          "Film of the flat.bin": 3_000_000,
          "Bathroom.bin": 900_000,
          "Hall.bin": 1_200_000,
          "Attic.bin": 40_000,
        };
        const files = Object.entries(sizes).map(([name, sizeBytes]) => randomFile(name, { sizeBytes }));
        await dropFiles(page.locator("main"), { files });
        await page.getByText(uploadTexts.attached(2, 6, 1)).waitFor();
        await page.getByText(/about \d|etwa \d/).waitFor();
      },
    },
    "note-unreachable": {
      expects: [/^net::ERR_FAILED PUT /],
      async open(page, { ben, service }) {
        await asAdministrator(page);
        await page.route(`${service.bucketOrigin}/**`, (route) => route.abort());
        await openNote(page, await seedNote(ben.client, { title: "Minutes" }));
        await dropFiles(page.locator("main"), { files: [text("Minutes.txt", "Signed.")] });
        await page.getByRole("link", { name: uploadTexts.checkSetUp }).waitFor();
      },
    },
  }),
  ...scenesOf("zoe", {
    "note-refused": {
      expects: [/^40[34] GET .*\/notes\//],
      async open(page, { full }) {
        await page.goto(`/n/${full.id}`);
        await page.getByText(texts.notes.noAccess.title).waitFor();
      },
    },
  }),
  ...formatted.map(
    ({ name, file, shows }): Scene => ({
      name: `preview-${name}`,
      by: "ben",
      async open(page, { ben }) {
        const { id, attachments: files } = await seedNote(ben.client, { title: "Readings", files: [file] });
        await page.goto(`/n/${id}?file=${files[0]?.id}`);
        await page.getByRole("dialog").getByRole(shows).first().waitFor();
      },
    }),
  ),
  ...previews.map(
    ([name, ending]): Scene => ({
      name: `preview-${name}`,
      by: "ben",
      async open(page, { full }) {
        const { id, filename } = fileOf(full, ending);
        await page.goto(`/n/${full.id}?file=${id}`);
        await page.getByRole("dialog", { name: filename }).waitFor();
        await page.getByRole("link", { name: preview.download }).first().waitFor();
        await page.waitForLoadState("networkidle");
      },
    }),
  ),
];

/** Makes the service refuse one file in each batch of upload starts. */
async function refuseInBatches(page: Page, { filename, code }: { filename: string; code: string }): Promise<void> {
  await page.route("**/notes/*/uploads/batch", async (route) => {
    const { uploads }: { uploads: { filename: string }[] } = route.request().postDataJSON();
    const accepted = uploads.filter((upload) => upload.filename !== filename);
    const response = await route.fetch({ postData: { uploads: accepted } });
    const started = (await response.json()).uploads.values();
    const refusal = { problem: { code, status: 413, detail: "" } };
    const answer = {
      uploads: uploads.map((upload) => (upload.filename === filename ? refusal : started.next().value)),
    };
    await route.fulfill({ response, json: answer });
  });
}
