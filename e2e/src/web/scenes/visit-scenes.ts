import type { Page } from "playwright-core";
import type { Note, OpenedLink } from "../../../../packages/client/src/index.ts";
import { texts } from "../../../../packages/web/src/landing/texts/en.ts";
import { inSeconds, LINK_PATH, standInForLink } from "../testing/link-stand-in.ts";
import { holdRequests } from "../testing/watch.ts";
import type { Scene } from "./scene.ts";

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

/** The scenes with the page of a link, which visitors without an account see. */
export const visitScenes: readonly Scene[] = [
  {
    name: "visit-loading",
    by: "nobody",
    async open(page) {
      await holdRequests(page, /\/public\/links\//);
      await page.goto(LINK_PATH);
      await page.locator(".ticket").waitFor();
    },
  },
  {
    name: "visit-open",
    by: "nobody",
    async open(page, { full }) {
      await standInForLink(page, { link: { ...shared(full), claimsLeft: 2, abuseContact: "abuse@example.com" } });
      await page.goto(LINK_PATH);
      await heading(page, shares.title("Ann Keller", 4));
    },
  },
  {
    name: "visit-open-one",
    by: "nobody",
    async open(page, { full }) {
      await standInForLink(page, { link: { sharedBy: "Ann Keller", files: filesOf(full).slice(0, 1) } });
      await page.goto(LINK_PATH);
      await heading(page, shares.title("Ann Keller", 1));
    },
  },
  {
    name: "visit-downloaded",
    by: "nobody",
    async open(page, { full, ann }) {
      const link = { ...shared(full), claimsLeft: 2, expiresAt: inSeconds(50) };
      await standInForLink(page, { link, owner: ann });
      await page.goto(LINK_PATH);
      await page.getByRole("button", { name: new RegExp(`^${shares.download}: .*pdf`) }).click();
      await page.getByText(shares.done, { exact: true }).waitFor();
    },
  },
  {
    name: "visit-broken",
    by: "nobody",
    expects: [/^5\d\d GET /],
    async open(page, { full, ann }) {
      await standInForLink(page, { link: shared(full), owner: ann });
      await page.goto(LINK_PATH);
      await page.evaluate("Object.defineProperty(navigator, 'onLine', { get: () => false })");
      await page.getByRole("button", { name: new RegExp(`^${shares.download}: .*pdf`) }).click();
      await page.getByText(shares.waiting).waitFor();
    },
  },
  {
    name: "visit-preview",
    by: "nobody",
    async open(page, { full, ann }) {
      await standInForLink(page, { link: shared(full), owner: ann });
      await page.goto(LINK_PATH);
      await page.getByRole("button", { name: shares.preview("Kitchen.png") }).click();
      await page.getByRole("img", { name: "Kitchen.png" }).waitFor();
    },
  },
  {
    name: "visit-preview-pdf",
    by: "nobody",
    async open(page, { full, ann }) {
      await standInForLink(page, { link: shared(full), owner: ann });
      await page.goto(LINK_PATH);
      await page.getByRole("button", { name: shares.preview("Handover protocol, signed by both.pdf") }).click();
      await page.getByText("Handover protocol", { exact: true }).waitFor();
    },
  },
  {
    name: "visit-password",
    by: "nobody",
    async open(page) {
      await standInForLink(page, { link: {}, password: "open sesame" });
      await page.goto(LINK_PATH);
      await heading(page, locked.title);
    },
  },
  {
    name: "visit-password-wrong",
    by: "nobody",
    expects: [/^403 POST .*\/unlock$/],
    async open(page) {
      await standInForLink(page, { link: {}, password: "open sesame" });
      await page.goto(LINK_PATH);
      await page.getByRole("textbox", { name: locked.label }).fill("open says me");
      await page.getByRole("button", { name: locked.open }).click();
      await page.getByText(locked.wrong).waitFor();
    },
  },
  {
    name: "visit-password-limited",
    by: "nobody",
    expects: [/^429 POST .*\/unlock$/],
    async open(page) {
      const limited = { status: 429, json: { code: "rate_limited" }, headers: { "retry-after": "840" } };
      const answer = (call: string) => (call === "POST /unlock" ? limited : undefined);
      await standInForLink(page, { link: {}, password: "open sesame", answer });
      await page.goto(LINK_PATH);
      await page.getByRole("textbox", { name: locked.label }).fill("open says me");
      await page.getByRole("button", { name: locked.open }).click();
      await page.getByText(locked.tooMany(840)).waitFor();
    },
  },
  {
    name: "visit-email-code",
    by: "nobody",
    async open(page) {
      const answer = (call: string) =>
        call === "GET " ? { status: 200, json: { state: "locked", by: "email" } } : { status: 204 };
      await standInForLink(page, { link: {}, answer });
      await page.goto(LINK_PATH);
      await page.getByLabel(emailProof.email).fill("maximiliane.hohenlohe-waldenburg@example.com");
      await page.getByRole("button", { name: emailProof.send }).click();
      await page.getByLabel(emailProof.code, { exact: true }).waitFor();
    },
  },
  {
    name: "visit-ended",
    by: "nobody",
    expects: [/^404 GET .*\/public\/links\//],
    async open(page) {
      await standInForLink(page, { link: {}, answer: () => GONE });
      await page.goto(LINK_PATH);
      await heading(page, ended.title);
    },
  },
  {
    name: "visit-failed",
    by: "nobody",
    expects: [/^503 GET .*\/public\/links\//],
    async open(page) {
      const answer = () => ({ status: 503, json: { code: "database_unavailable" } });
      await standInForLink(page, { link: {}, answer });
      await page.goto(LINK_PATH);
      await heading(page, failed.title);
    },
  },
];
