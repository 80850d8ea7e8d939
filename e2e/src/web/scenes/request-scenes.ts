import type { Page } from "playwright-core";
import type { OpenedLink, SentFile } from "../../../../packages/client/src/index.ts";
import { texts } from "../../../../packages/web/src/landing/texts/en.ts";
import { inSeconds, LINK_PATH, standInForLink } from "../testing/link-stand-in.ts";
import type { Scene } from "./scene.ts";

const words = texts.request;
const FILE_REQUEST: NonNullable<OpenedLink["request"]> = {
  maxFiles: 10,
  maxBytesPerFile: 50_000_000,
  maxBytesTotal: 200_000_000,
  accept: [],
  askName: "optional",
  review: true,
  slots: [],
  filesLeft: 10,
  bytesLeft: 200_000_000,
  sent: [],
};
const SLOTS = [
  { id: "passport", name: "Passport", accept: ["application/pdf", "image/*"], isFilled: true },
  { id: "march", name: "Payslip March", accept: ["application/pdf"], maxBytes: 5_000_000, isFilled: false },
  { id: "april", name: "Payslip April", accept: ["application/pdf"], maxBytes: 5_000_000, isFilled: false },
];
const sentFile = (file: Partial<SentFile>): SentFile => ({
  uploadId: "018f3c1e-7c1e-7000-8000-0000000000f1",
  filename: "Passport, both sides.pdf",
  sizeBytes: 812_345,
  state: "quarantined",
  slotId: null,
  ...file,
});
const RECEIPT = {
  statement: JSON.stringify({
    requestId: "018f3c1e-7c1e-7000-8000-0000000000a1",
    filename: "Passport, both sides.pdf",
    sizeBytes: 812_345,
    sha256: "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
    receivedAt: "2026-11-24T20:36:00.000Z",
    issuer: "https://files.example.com",
  }),
  signature: "c2lnbmF0dXJl",
  keyId: "key-1",
};

async function openRequest(page: Page, request: Partial<typeof FILE_REQUEST> = {}): Promise<void> {
  const link: Partial<OpenedLink> = {
    kind: "upload",
    sharedBy: "Ann Keller",
    label: "Papers for the tax return",
    message: "Please send them by Friday.",
    expiresAt: inSeconds(3 * 86_400),
    request: { ...FILE_REQUEST, ...request },
  };
  const answer = (call: string) => (call.startsWith("GET /receipts/") ? { status: 200, json: RECEIPT } : undefined);
  await standInForLink(page, { link, answer });
  await page.goto(LINK_PATH);
  await page.getByRole("heading", { name: words.title("Ann Keller") }).waitFor();
}

async function choose(page: Page): Promise<void> {
  const dialog = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: words.choose }).click();
  const buffer = Buffer.alloc(200_000, 1);
  const names = ["Payslip March.pdf", "Meeting notes, the long ones from the second day.docx"];
  await (await dialog).setFiles(names.map((name) => ({ name, mimeType: "application/pdf", buffer })));
  await page.getByText(words.chosen).first().waitFor();
}

/** The scenes with the page of a file request, which visitors without an account see. */
export const requestScenes: readonly Scene[] = [
  { name: "request-empty", by: "nobody", open: (page) => openRequest(page) },
  {
    name: "request-chosen",
    by: "nobody",
    async open(page) {
      await openRequest(page, { askName: "required" });
      await choose(page);
      await page.getByRole("button", { name: words.send(2) }).click();
      await page.getByText(words.nameMissing).waitFor();
    },
  },
  {
    name: "request-sending",
    by: "nobody",
    async open(page) {
      await openRequest(page);
      await choose(page);
      // The simulated service never responds to the request that starts an upload, so the page shows that it is sending.
      await page.route(/\/uploads$/, () => undefined);
      await page.getByRole("button", { name: words.send(2) }).click();
      await page.getByRole("button", { name: words.cancelFile("Payslip March.pdf") }).waitFor();
    },
  },
  {
    name: "request-slots",
    by: "nobody",
    async open(page) {
      await openRequest(page, { slots: SLOTS, filesLeft: 2, sent: [sentFile({ slotId: "passport" })] });
      await page.getByText(words.slots(1, 3)).waitFor();
      await page.getByText(words.receipt, { exact: true }).waitFor();
    },
  },
  {
    name: "request-slots-full",
    by: "nobody",
    async open(page) {
      const slots = SLOTS.map((slot) => ({ ...slot, isFilled: true }));
      const sent = SLOTS.map(({ id }) => sentFile({ uploadId: `upload-${id}`, slotId: id }));
      await openRequest(page, { slots, sent, filesLeft: 0 });
      await page.getByText(words.slots(3, 3)).waitFor();
    },
  },
  {
    name: "request-receipt",
    by: "nobody",
    async open(page) {
      await openRequest(page, { filesLeft: 9, sent: [sentFile({})] });
      await page.getByText(words.receipt, { exact: true }).click();
      await page.getByText(words.receiptSays).waitFor();
    },
  },
  {
    name: "request-rejected",
    by: "nobody",
    async open(page) {
      const reason = "This file is not what its name says (it is HTML, named photo.png).";
      const rejected = sentFile({ filename: "photo.png", state: "rejected", reason });
      const pending = sentFile({ filename: "Film of the flat.mp4", state: "pending" });
      await openRequest(page, { filesLeft: 8, sent: [rejected, pending] });
      await page.getByText(words.resume).waitFor();
    },
  },
  { name: "request-full", by: "nobody", open: (page) => openRequest(page, { filesLeft: 0 }) },
];
