import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { accountTexts } from "../../../packages/web/src/texts/en/accounts.ts";
import { shareDialogTexts } from "../../../packages/web/src/texts/en/share-lists.ts";
import { texts } from "../../../packages/web/src/texts/index.ts";
import { countClicks } from "./testing/clicks.ts";
import { dropFiles } from "./testing/drop-files.ts";
import { randomFile } from "./testing/files.ts";
import { PASSWORD, type Person } from "./testing/person.ts";
import { startWeb } from "./testing/start-web.ts";

const MIB = 2 ** 20;
const TTL_SECONDS = 5;
/** The maximum number of clicks by both users together, from an empty service to the download of the second user. */
const MOST_CLICKS = 12;

const { app, attachments, notes, sharing } = texts;

/** Fills in the sign-up form with the keyboard, and clicks its button. */
async function signUp(page: Page, { name, email }: Person): Promise<void> {
  await page.getByLabel(accountTexts.name).fill(name);
  await page.getByLabel(accountTexts.email).fill(email);
  await page.getByLabel(accountTexts.password, { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: accountTexts.signUp.action }).click();
}

describe("two people who use only the app", () => {
  const web = startWeb({ env: { URL_TTL_DEFAULT: String(TTL_SECONDS) } });
  const film = randomFile("Film of the flat.bin", { sizeBytes: 30 * MIB });

  it("requirement 16, requirement 15: a person shares a file in 12 clicks, and revokes the share", async () => {
    const ann = await web.person("Ann Keller", { hasAccount: false });
    const ben = await web.person("Ben Osei", { hasAccount: false });
    const clicks = await countClicks([ann.context, ben.context]);

    // The service has no account yet, so its first page creates an account.
    await ann.page.goto("/");
    await ann.page.getByRole("heading", { name: accountTexts.first.title }).waitFor();
    await signUp(ann.page, ann);
    await ann.page.getByText(notes.empty.begin.title).waitFor();

    // Ben creates an account before Ann shares the note.
    await ben.page.goto("/");
    await ben.page.getByRole("link", { name: accountTexts.signIn.otherAction }).click();
    await signUp(ben.page, ben);
    await ben.page.getByText(notes.empty.begin.title).waitFor();

    await ann.page.getByRole("button", { name: app.newNote }).first().click();
    await ann.page.getByRole("textbox", { name: notes.title }).fill("Handover of the flat");
    await dropFiles(ann.page.locator("main"), { files: [film] });
    await ann.page.getByRole("button", { name: film.name, exact: true }).waitFor();

    await ann.page.getByRole("button", { name: sharing.share, exact: true }).click();
    const dialog = ann.page.getByRole("dialog", { name: sharing.share });
    await dialog.getByLabel(shareDialogTexts.people.label, { exact: true }).fill(ben.email);
    await dialog.getByRole("button", { name: sharing.share, exact: true }).click();
    await dialog.getByRole("button", { name: shareDialogTexts.list.remove(ben.email) }).waitFor();

    await ben.page.getByRole("link", { name: app.sharedWithMe }).click();
    await ben.page.getByRole("link", { name: /^Handover of the flat/ }).click();
    await ben.page.getByRole("region", { name: attachments.title }).waitFor();
    const issued = ben.page.waitForRequest((request) => request.url().startsWith(web.service.bucketOrigin));
    const link = ben.page.getByRole("link", { name: attachments.download, exact: true });
    const href = await link.getAttribute("href");
    const [download] = await Promise.all([ben.page.waitForEvent("download"), link.click()]);
    expect(download.suggestedFilename()).toBe(film.name);
    expect((await readFile(await download.path())).equals(film.bytes)).toBe(true);
    expect(clicks()).toBeLessThanOrEqual(MOST_CLICKS);
    console.log(`From an empty service to the file in the second person's hands: ${clicks()} clicks.`);

    const url = (await issued).url();
    expect(new URL(url).searchParams.get("X-Amz-Expires")).toBe(String(TTL_SECONDS));
    // The pattern below matches any name, because the dialog first shows Ben's email address and later his name.
    ben.watch.expect(/^40[34] GET .*\/(attachments|notes)\//);
    await dialog.getByRole("button", { name: /^Stop sharing with/ }).click();
    await dialog.getByText(/ no longer has access\.$/).waitFor();
    await dialog.getByText(shareDialogTexts.removal(`${TTL_SECONDS} s`, undefined).split(" more")[0] ?? "").waitFor();

    // The service refuses Ben's next request. After a reload, his page says that he has no access.
    expect((await ben.context.request.get(`${web.service.url}${href}`)).status()).toBe(403);
    await ben.page.reload();
    await ben.page.getByText(notes.noAccess.title).waitFor();
    await ben.page.goto("/shared");
    await ben.page.getByText(notes.empty.shared.title).waitFor();

    // A URL that the service issued before the revocation stays valid until it expires. After the expiry, the bucket refuses the URL.
    await expect.poll(async () => (await fetch(url)).status, { timeout: 20_000, interval: 500 }).toBe(403);
    expect(await (await fetch(url)).text()).toContain("Request has expired");

    // The activity shows the owner that the service refused the file to Ben.
    await ann.page.goto("/activity");
    await ann.page.getByText(`${ben.name} tried to open “${film.name}” without access`).first().waitFor();

    // The browsers sent requests only to the service and to the bucket.
    for (const { watch } of [ann, ben]) {
      expect([...watch.requests.keys()].sort()).toEqual([web.service.url, web.service.bucketOrigin].sort());
    }
  });
});
