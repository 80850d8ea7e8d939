import type { Page } from "playwright-core";
import { accountTexts } from "../../../../packages/web/src/texts/en/accounts.ts";
import { texts } from "../../../../packages/web/src/texts/index.ts";
import { PASSWORD } from "../testing/person.ts";
import { holdRequests } from "../testing/watch.ts";
import { alterResponses, type Scene, scenesOf, showing } from "./scene.ts";

const { app, notes } = texts;
const heading = (page: Page, name: string) => page.getByRole("heading", { name }).first().waitFor();
/** Matches API requests for lists of notes and for one note, but not requests for pages. */
const NOTES = /\/notes(\?|$)/;
const NOTE = /\/notes\/[^/]+$/;
const BROKEN = /^net::ERR_(FAILED|INTERNET_DISCONNECTED|CONNECTION_REFUSED) /;

async function signIn(page: Page, password: string): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel(accountTexts.email).fill("ann.keller@example.com");
  await page.getByLabel(accountTexts.password, { exact: true }).fill(password);
  await page.getByRole("button", { name: accountTexts.signIn.action, exact: true }).click();
}

/** Scenes of the sign-in, of empty pages, and of failures. */
export const frameScenes: readonly Scene[] = [
  ...scenesOf("nobody", {
    async "sign-in"(page) {
      await page.goto("/sign-in");
      await heading(page, accountTexts.signIn.title);
    },
    "sign-in-refused": {
      expects: [/^401 POST .*\/auth\/sign-in\/email$/],
      async open(page) {
        await signIn(page, `not ${PASSWORD}`);
        await page.getByText(accountTexts.failures.unauthenticated).waitFor();
      },
    },
    async "sign-in-failed"(page) {
      await alterResponses(page, "**/instance", { oidc: { name: "Example ID" } });
      await page.goto("/sign-in?error=sign_in_failed");
      await page.getByText(accountTexts.providerFailures.sign_in_failed("Example ID")).waitFor();
    },
    async "sign-up"(page) {
      await page.goto("/sign-up");
      await heading(page, accountTexts.signUp.title);
      await page.getByRole("button", { name: accountTexts.signUp.action }).click();
      await page.getByText(accountTexts.problems.nameMissing).waitFor();
    },
    "not-found": {
      expects: [/^404 GET .*\/nowhere$/],
      async open(page) {
        await page.goto("/nowhere");
        await heading(page, app.notFound.title);
      },
    },
  }),
  ...scenesOf("first", {
    async "first-run"(page) {
      await page.goto("/");
      await heading(page, accountTexts.first.title);
    },
  }),
  ...scenesOf("zoe", {
    async "list-empty"(page) {
      await page.goto("/");
      const { begin, owned } = notes.empty;
      const titles = page.getByText(begin.title).or(page.getByText(owned.title));
      await titles.filter({ visible: true }).waitFor();
    },
    "shared-empty": showing("/shared", notes.empty.shared.title),
  }),
  ...scenesOf("ann", {
    async "list-full"(page, { full }) {
      await page.goto("/");
      await page.getByRole("link", { name: full.title }).waitFor();
    },
    async "list-order"(page, { ann, full }) {
      await ann.client.notes.pin(full.id);
      await page.goto("/");
      await page.getByRole("list", { name: notes.pinned }).waitFor();
      await page.getByRole("button", { name: notes.order.label }).click();
      await page.getByRole("menuitemradio", { name: notes.order.changed }).waitFor();
      await ann.client.notes.unpin(full.id);
    },
    "list-nothing-found": showing("/?q=zeppelin", notes.search.none("zeppelin")),
    async "list-loading"(page) {
      await holdRequests(page, NOTES);
      await page.goto("/");
      await heading(page, notes.list.owned);
    },
    "list-failing": {
      expects: [BROKEN],
      async open(page) {
        await page.route(NOTES, (route) => route.abort());
        await page.goto("/");
        await page.getByText(notes.failedToLoad).waitFor();
      },
    },
    async shared(page) {
      await page.goto("/shared");
      await page.getByRole("link", { name: "Quarterly figures" }).waitFor();
    },
    async "note-loading"(page, { full }) {
      await holdRequests(page, NOTE);
      await page.goto(`/n/${full.id}`);
      await page
        .getByRole("link", { name: notes.back })
        .or(page.getByRole("link", { name: full.title }))
        .first()
        .waitFor();
    },
    "note-failing": {
      expects: [BROKEN],
      async open(page, { full }) {
        await page.route(NOTE, (route) => route.abort());
        await page.goto(`/n/${full.id}`);
        await page.getByText(notes.failedToLoadOne).waitFor();
      },
    },
    offline: {
      expects: [BROKEN],
      async open(page, { full }) {
        await page.goto("/");
        await page.getByRole("link", { name: full.title }).waitFor();
        await page.waitForLoadState("networkidle");
        await page.context().setOffline(true);
        await page.getByText(app.offline).waitFor();
      },
    },
    failed: {
      expects: [BROKEN, /./],
      async open(page) {
        await page.route(/settings-page/, (route) => route.abort());
        await page.goto("/");
        // Marks the page as just reloaded. Without this mark, the app would reload the page, because missing code may be in a new build.
        await page.evaluate('sessionStorage.setItem("valetkey.reloaded", String(Date.now()))');
        await page.goto("/settings");
        await page.getByText(app.failed.title).waitFor();
      },
    },
  }),
];
