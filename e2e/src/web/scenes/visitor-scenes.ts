import type { Page } from "playwright-core";
import type { Note, OpenedLink, SentFile } from "../../../../packages/client/src/index.ts";
import { texts } from "../../../../packages/web/src/landing/texts/en.ts";
import { inSeconds, LINK_PATH, type StandInOptions, standInForLink } from "../testing/links.ts";
import { pictureFiles, servePictures } from "../testing/pictures.ts";
import { holdRequests } from "../testing/watch.ts";
import { type Scene, scenesOf } from "./scene.ts";
import type { World } from "./world.ts";

const { emailProof, ended, failed, locked, shares } = texts;
const GONE = { status: 404, json: { code: "link_not_found" } };
const heading = (page: Page, name: string) => page.getByRole("heading", { name }).waitFor();
const filesOf = (note: Note) => note.attachments.filter(({ state }) => state === "ready").slice(0, 4);
const shared = (note: Note): Partial<OpenedLink> => ({
  label: "Handover of the flat",
  message: "The protocol is signed by both. Please keep it.\nThe pictures are from the last day.",
  sharedBy: "Ann Keller",
  files: filesOf(note),
});

const KINDS = [
  { contentType: "image/jpeg", name: (nth: number) => `IMG_${2041 + nth}.jpg` },
  {
    contentType: "application/pdf",
    name: (nth: number) => `Minutes of the meeting on day ${nth}, signed by everybody.pdf`,
  },
  { contentType: "application/zip", name: (nth: number) => `Plans ${nth}.zip` },
];
/** Returns files of several kinds, with names in several scripts. */
const manyFiles = (count: number): NonNullable<OpenedLink["files"]> =>
  Array.from({ length: count }, (_, nth) => {
    const { contentType, name } = KINDS[nth % KINDS.length] ?? { contentType: "text/plain", name: String };
    const filename = nth === 4 ? "חוזה שכירות לדירה ברחוב הרצל, חתום על ידי שני הצדדים.pdf" : name(nth);
    return {
      id: `018f3c1e-7c1e-7000-8000-${`${nth}`.padStart(12, "0")}`,
      filename,
      sizeBytes: 232_000 + nth,
      contentType,
    };
  });

async function openLink(page: Page, options: StandInOptions): Promise<void> {
  await standInForLink(page, options);
  await page.goto(LINK_PATH);
}

async function enterWrongPassword(page: Page, options: Partial<StandInOptions> = {}): Promise<void> {
  await openLink(page, { link: {}, password: "open sesame", ...options });
  await page.getByRole("textbox", { name: locked.label }).fill("open says me");
  await page.getByRole("button", { name: locked.open }).click();
}

async function openPreview(page: Page, { full, ann }: World, filename: string): Promise<void> {
  await openLink(page, { link: shared(full), owner: ann });
  await page.getByRole("button", { name: shares.preview(filename) }).click();
}

async function openMany(page: Page, { count, ...link }: Partial<OpenedLink> & { count: number }): Promise<void> {
  await openLink(page, { link: { sharedBy: "Ann Keller", files: manyFiles(count), ...link } });
  await heading(page, shares.title("Ann Keller", count));
}

type PhotoOptions = Partial<OpenedLink> & { count: number } & Parameters<typeof servePictures>[1];

/** Opens a link to photos. Resolves when the first photo has loaded. */
async function openPhotos(page: Page, { count, delayMs = 0, isFailing, ...link }: PhotoOptions): Promise<void> {
  await servePictures(page, { delayMs, ...(isFailing && { isFailing }) });
  await openLink(page, { link: { sharedBy: "Ann Keller", files: pictureFiles(count), ...link } });
  await heading(page, shares.title("Ann Keller", count));
  await page.locator("img[src*='/pictures/']").first().waitFor();
}

async function openPhoto(page: Page): Promise<void> {
  await page.getByRole("button", { name: shares.preview("IMG_2043.jpg") }).click();
  await page.getByRole("dialog").locator("img[src*='/large/']").waitFor();
}

/** Scenes of the page of a link, as visitors without an account see it. */
export const visitScenes: readonly Scene[] = scenesOf("nobody", {
  async "visit-loading"(page) {
    await holdRequests(page, /\/public\/links\//);
    await page.goto(LINK_PATH);
    await page.locator(".ticket").waitFor();
  },
  async "visit-open"(page, { full }) {
    await openLink(page, { link: { ...shared(full), claimsLeft: 2, abuseContact: "abuse@example.com" } });
    await heading(page, shares.title("Ann Keller", 4));
  },
  async "visit-open-one"(page, { full }) {
    await openLink(page, { link: { sharedBy: "Ann Keller", files: filesOf(full).slice(0, 1) } });
    await heading(page, shares.title("Ann Keller", 1));
  },
  "visit-open-37": (page) =>
    openMany(page, {
      count: 37,
      label: "Summer fair",
      message: "All pictures and plans.\nPlease choose until Friday.",
    }),
  async "visit-folders"(page) {
    const paths = ["", "", "Photos/2024/Kitchen and bathroom/", "Photos/2024/Kitchen and bathroom/", "Photos/2025/"];
    const files = manyFiles(paths.length).map((file, nth) => ({ ...file, path: paths[nth] ?? "" }));
    await openLink(page, { link: { sharedBy: "Ann Keller", label: "Everything about the flat", files } });
    await page.getByRole("heading", { name: "Photos/2025" }).waitFor();
  },
  "visit-open-300": (page) => openMany(page, { count: 300, claimsLeft: 1, expiresAt: inSeconds(50) }),
  "visit-pictures-3": (page) => openPhotos(page, { count: 3, label: "Summer fair" }),
  "visit-pictures-300": (page) =>
    openPhotos(page, { count: 300, label: "Summer fair", message: "Please choose until Friday.", claimsLeft: 3 }),
  "visit-pictures-slow": (page) => openPhotos(page, { count: 30, delayMs: 1_000 }),
  "visit-pictures-failing": {
    expects: [/assets\/pictures/],
    async open(page) {
      await openPhotos(page, { count: 30, isFailing: (path) => /[2358]\.png$/.test(path) });
      await page.getByText("IMG_2043.jpg", { exact: true }).waitFor();
    },
  },
  "visit-picture-one": (page) => openPhotos(page, { count: 1 }),
  async "visit-pictures-few"(page) {
    const files = [...manyFiles(3).slice(1), ...pictureFiles(2)];
    await openPhotos(page, { count: 4, files });
  },
  async "visit-viewer"(page) {
    await openPhotos(page, { count: 20 });
    await openPhoto(page);
  },
  "visit-viewer-failing": {
    expects: [/assets\/pictures/],
    async open(page) {
      await openPhotos(page, { count: 20, isFailing: (path) => path.includes("/file/") });
      await openPhoto(page);
      await page.getByRole("button", { name: texts.preview.ownSize }).click();
      await page.getByText(texts.preview.originalFailed).waitFor();
    },
  },
  async "visit-downloaded"(page, { full, ann }) {
    await openLink(page, { link: { ...shared(full), claimsLeft: 1 }, owner: ann });
    await page.getByRole("button", { name: new RegExp(`^${shares.download}: .*pdf`) }).click();
    await page.getByText(shares.done, { exact: true }).waitFor();
  },
  "visit-broken": {
    expects: [/^5\d\d GET /],
    async open(page, { full, ann }) {
      await openLink(page, { link: shared(full), owner: ann });
      await page.evaluate("Object.defineProperty(navigator, 'onLine', { get: () => false })");
      await page.getByRole("button", { name: new RegExp(`^${shares.download}: .*pdf`) }).click();
      await page.getByText(shares.waiting).waitFor();
    },
  },
  async "visit-preview"(page, world) {
    await openPreview(page, world, "Kitchen.png");
    await page.getByRole("img", { name: "Kitchen.png" }).waitFor();
  },
  async "visit-preview-pdf"(page, world) {
    await openPreview(page, world, "Handover protocol, signed by both.pdf");
    await page.getByText("Handover protocol", { exact: true }).waitFor();
  },
  async "visit-preview-text"(page, world) {
    await openPreview(page, world, "Meter readings.txt");
    await page.getByRole("dialog").getByRole("region").waitFor();
  },
  async "visit-password"(page) {
    await openLink(page, { link: {}, password: "open sesame" });
    await heading(page, locked.title);
  },
  "visit-password-wrong": {
    expects: [/^403 POST .*\/unlock$/],
    async open(page) {
      await enterWrongPassword(page);
      await page.getByText(locked.wrong).waitFor();
    },
  },
  "visit-password-limited": {
    expects: [/^429 POST .*\/unlock$/],
    async open(page) {
      const limited = { status: 429, json: { code: "rate_limited" }, headers: { "retry-after": "840" } };
      const answer = (call: string) => (call === "POST /unlock" ? limited : undefined);
      await enterWrongPassword(page, { answer });
      await page.getByText(locked.tooMany(840)).waitFor();
    },
  },
  async "visit-plain"(page, { full, ann }) {
    const { url } = await ann.client.links.create(full.id, { label: "Handover", message: "Please keep the protocol." });
    await page.goto(`${url}/download`);
    await page.getByRole("button").first().waitFor();
  },
  async "visit-plain-one"(page, { full, ann }) {
    const attachmentIds = filesOf(full)
      .slice(0, 1)
      .map(({ id }) => id);
    const { url } = await ann.client.links.create(full.id, { attachmentIds });
    await page.goto(`${url}/download`);
    await page.getByRole("button").waitFor();
  },
  async "visit-plain-confirm"(page, { full, ann }) {
    const { url } = await ann.client.links.create(full.id, { maxClaims: 2 });
    await page.goto(`${url}/download`);
    await page.getByRole("button").nth(1).click();
    await page.getByText(/Kitchen\.png/).waitFor();
  },
  async "visit-plain-password"(page, { full, ann }) {
    const { url } = await ann.client.links.create(full.id, { password: "open sesame" });
    await page.goto(`${url}/download`);
    await page.getByRole("button").waitFor();
  },
  "visit-plain-ended": {
    expects: [/^404 GET /],
    async open(page) {
      await page.goto(`${LINK_PATH}/download`);
      await page.getByRole("heading").waitFor();
    },
  },
  async "visit-email-code"(page) {
    const answer = (call: string) =>
      call === "GET " ? { status: 200, json: { state: "locked", by: "email" } } : { status: 204 };
    await openLink(page, { link: {}, answer });
    await page.getByLabel(emailProof.email).fill("maximiliane.hohenlohe-waldenburg@example.com");
    await page.getByRole("button", { name: emailProof.send }).click();
    await page.getByLabel(emailProof.code, { exact: true }).waitFor();
  },
  "visit-ended": {
    expects: [/^404 GET .*\/public\/links\//],
    async open(page) {
      await openLink(page, { link: {}, answer: () => GONE });
      await heading(page, ended.title);
    },
  },
  "visit-failed": {
    expects: [/^503 GET .*\/public\/links\//],
    async open(page) {
      const answer = () => ({ status: 503, json: { code: "database_unavailable" } });
      await openLink(page, { link: {}, answer });
      await heading(page, failed.title);
    },
  },
});

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

async function openRequest(
  page: Page,
  request: Partial<typeof FILE_REQUEST> = {},
  title = words.title("Ann Keller"),
): Promise<void> {
  const link: Partial<OpenedLink> = {
    kind: "upload",
    sharedBy: "Ann Keller",
    label: "Papers for the tax return",
    message: "Please send them by Friday.",
    expiresAt: inSeconds(3 * 86_400),
    request: { ...FILE_REQUEST, ...request },
  };
  const answer = (call: string) => (call.startsWith("GET /receipts/") ? { status: 200, json: RECEIPT } : undefined);
  await openLink(page, { link, answer });
  await heading(page, title);
}

async function choose(page: Page): Promise<void> {
  const dialog = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: words.choose }).click();
  const buffer = Buffer.alloc(200_000, 1);
  const word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
  await (await dialog).setFiles([
    { name: "Payslip March.pdf", mimeType: "application/pdf", buffer },
    { name: "Meeting notes, the long ones from the second day.docx", mimeType: word, buffer },
  ]);
  await page.getByText(words.chosen).first().waitFor();
}

/** Scenes of the page of a file request, as visitors without an account see it. */
export const requestScenes: readonly Scene[] = scenesOf("nobody", {
  "request-empty": (page) => openRequest(page),
  async "request-chosen"(page) {
    await openRequest(page, { askName: "required" });
    await choose(page);
    await page.getByRole("button", { name: words.send(2) }).click();
    await page.getByText(words.nameMissing).waitFor();
  },
  async "request-sending"(page) {
    await openRequest(page);
    await choose(page);
    // No request that starts uploads gets a response, so the page shows that it is sending. One request can start both files.
    await page.route(/\/uploads(\/batch)?$/, () => undefined);
    await page.getByRole("button", { name: words.send(2) }).click();
    await page.getByRole("button", { name: words.cancelFile("Payslip March.pdf") }).waitFor();
  },
  async "request-slots"(page) {
    await openRequest(page, { slots: SLOTS, filesLeft: 2, sent: [sentFile({ slotId: "passport" })] });
    await page.getByText(words.slots(1, 3)).waitFor();
    await page.getByText(words.receipt, { exact: true }).waitFor();
  },
  async "request-slots-full"(page) {
    const slots = SLOTS.map((slot) => ({ ...slot, isFilled: true }));
    const sent = SLOTS.map(({ id }) => sentFile({ uploadId: `upload-${id}`, slotId: id }));
    await openRequest(page, { slots, sent, filesLeft: 0 }, words.full);
    await page.getByText(words.thanksForAll).waitFor();
  },
  async "request-receipt"(page) {
    await openRequest(page, { filesLeft: 9, sent: [sentFile({})] }, words.arrived);
    await page.getByText(words.receipt, { exact: true }).click();
    await page.getByText(words.receiptSays).waitFor();
  },
  async "request-rejected"(page) {
    const reason = "This file is not what its name says (it is HTML, named photo.png).";
    const rejection = { code: "content_mismatch", expectedType: "image/png", detectedType: "text/html" } as const;
    const rejected = sentFile({ filename: "photo.png", state: "rejected", reason, rejection });
    const pending = sentFile({ filename: "Film of the flat.mp4", state: "pending" });
    await openRequest(page, { filesLeft: 8, sent: [rejected, pending] });
    await page.getByText(words.resume).waitFor();
  },
  async "request-folders"(page) {
    const sent = [
      sentFile({ path: "Papers/2024/", filename: "Payslip March.pdf" }),
      sentFile({ path: "Papers/2024/", filename: "Payslip April.pdf", uploadId: "upload-2" }),
      sentFile({ path: "Papers/2025/", filename: "Payslip May.pdf", state: "pending", uploadId: "upload-3" }),
    ];
    await openRequest(page, { filesLeft: 7, sent });
    await page.getByRole("heading", { name: "Papers/2025" }).waitFor();
  },
  "request-ended": {
    expects: [/^404 GET .*\/public\/links\//],
    async open(page) {
      const upload = { ...RECEIPT, sharedBy: "Ann Keller", label: "Papers for the tax return" };
      const kept = JSON.stringify({ [LINK_PATH.split("~")[1]?.slice(0, 21) ?? ""]: { upload } });
      await page.addInitScript(`localStorage.setItem("valetkey.receipts", ${JSON.stringify(kept)})`);
      await standInForLink(page, { link: {}, answer: () => GONE });
      await page.goto(LINK_PATH);
      await page.getByText(ended.receivedList).waitFor();
    },
  },
  "request-full": (page) => openRequest(page, { filesLeft: 0 }, words.full),
});
