import type { Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { invitationTexts } from "../../../packages/web/src/texts/en/invitations.ts";
import { linkTexts } from "../../../packages/web/src/texts/en/links.ts";
import { shareDialogTexts } from "../../../packages/web/src/texts/en/share-lists.ts";
import { texts } from "../../../packages/web/src/texts/index.ts";
import { countClicks } from "./testing/clicks.ts";
import { CLIPBOARD, copiedBy } from "./testing/clipboard.ts";
import { text } from "./testing/files.ts";
import { isFocused, openLinks, openShareDialog } from "./testing/note-page.ts";
import { type Person, PHONE } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";

/** The maximum number of clicks from the page of a note until another person has its file. */
const MOST_CLICKS = 4;
const { message } = invitationTexts;
const { people, tabs } = shareDialogTexts;
const button = (page: Page | Locator, name: string) => page.getByRole("button", { name, exact: true });

describe("the number of clicks for a share", () => {
  const web = startWeb();
  const seed = ({ client }: Person) => seedNote(client, { title: "Plan", files: [text("terms.txt", "as agreed")] });

  it("a file reaches a stranger through a link after 2 clicks", async () => {
    const ann = await web.person("Ann Links", CLIPBOARD);
    const note = await seed(ann);
    const clicks = await countClicks([ann.context]);
    await ann.page.goto(`/n/${note.id}`);
    await button(ann.page, texts.attachments.copyLink).click();
    const link = await copiedBy(ann.page, () => button(ann.page, linkTexts.dialog.create).click());
    expect(link).toContain("/s/");
    await ann.page.getByRole("button").filter({ hasText: texts.common.copied }).waitFor();
    expect(clicks()).toBe(2);
  });

  it("without mail, 3 clicks and one field share a note and copy the text for the person", async () => {
    const ann = await web.person("Ann Tells", CLIPBOARD);
    const note = await seed(ann);
    const clicks = await countClicks([ann.context]);
    const dialog = await openShareDialog(ann.page, note.id);
    await dialog.getByLabel(people.label, { exact: true }).fill("carla@example.com");
    await button(dialog, texts.sharing.share).click();
    const card = dialog.getByRole("region", { name: message.title });
    await card.getByText(message.unknown(1)).waitFor();
    const copied = await copiedBy(ann.page, () => button(card, message.copyOf("carla@example.com")).click());
    expect(copied).toMatch(/^I have shared “Plan” with you:\nhttp\S+\/invitation#\S+\n/);
    expect(clicks()).toBeLessThanOrEqual(MOST_CLICKS);
    console.log(`From the note to a message for a person: ${clicks()} clicks.`);
    // No new person is entered, so the Enter key sends nothing, and the button in the footer closes the dialog.
    await dialog.getByLabel(people.label, { exact: true }).press("Enter");
    expect(await button(dialog, texts.sharing.share).count()).toBe(0);
    await card.waitFor();
    await button(dialog, texts.common.done).click();
    await dialog.waitFor({ state: "detached" });
  });

  it("without mail, the text for a person who has access contains the URL of the note", async () => {
    const [ann, ben] = [await web.person("Ann Again", CLIPBOARD), await web.person("Ben Again")];
    const note = await seedNote(ann.client, { title: "Plan", sharedWith: { userIds: [ben.id] } });
    await ann.client.shares.put({ noteId: note.id }, { userIds: [ben.id], role: "viewer" });
    const dialog = await openShareDialog(ann.page, note.id);
    await dialog.getByLabel(people.label, { exact: true }).fill(ben.email);
    await button(dialog, texts.sharing.share).click();
    const copy = button(dialog.getByRole("region", { name: message.title }), message.copyOf(ben.email));
    await copy.waitFor();
    expect(await copiedBy(ann.page, () => copy.click())).toMatch(/^I have shared “Plan” with you:\nhttp/);
  });
});

describe("the tabs of the share dialog", () => {
  const web = startWeb();

  it("typed text stays when the arrow keys change the tab of the share dialog", async () => {
    const { page, client } = await web.person("Ann Tabs");
    const note = await seedNote(client, { title: "Plan" });
    const dialog = await openShareDialog(page, note.id);
    const [first, second] = [tabs.people, tabs.link].map(({ label }) => dialog.getByRole("tab", { name: label })) as [
      Locator,
      Locator,
    ];
    await first.focus();
    await page.keyboard.press("ArrowRight");
    expect(await second.evaluate(isFocused)).toBe(true);
    expect(await second.getAttribute("aria-selected")).toBe("true");
    await dialog.getByLabel(linkTexts.form.asksPassword).check();
    const create = dialog.getByRole("button", { name: linkTexts.dialog.create });
    const password = dialog.getByLabel(linkTexts.form.password, { exact: true });
    await create.and(dialog.locator("[aria-disabled=true]")).press("Enter");
    await dialog.getByText(linkTexts.form.passwordShort).waitFor();
    expect(await password.evaluate(isFocused)).toBe(true);
    await dialog.getByText(linkTexts.form.passwordMissing(6)).waitFor();
    await password.fill("open sesame");
    expect(await create.isEnabled()).toBe(true);
    await second.press("Home");
    await dialog.getByLabel(people.label, { exact: true }).fill("carla@");
    await first.press("End");
    expect(await password.inputValue()).toBe("open sesame");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await button(page, texts.sharing.share).click();
    expect(await first.getAttribute("aria-selected")).toBe("true");
    await dialog.getByRole("button", { name: people.remove("carla@") }).waitFor();
  });

  it.each([
    ["a phone", PHONE],
    ["a desktop", { viewport: { width: 1280, height: 1200 } }],
  ])("the share dialog shows its main action above the existing links on %s", async (_, screen) => {
    const { page, client } = await web.person("Ann Scrolls", screen);
    const note = await seedNote(client, { title: "Plan" });
    for (let nth = 0; nth < 6; nth++) await client.links.create(note.id, { label: `Link ${nth}` });
    const dialog = await openLinks(page, note.id);
    await dialog.getByText("Link 0").waitFor();
    const height = screen.viewport.height;
    const box = await dialog.boundingBox();
    expect(box?.height).toBeLessThanOrEqual(Math.min(0.9 * height, 860) + 1);
    const action = await button(dialog, linkTexts.dialog.create).boundingBox();
    expect((action?.y ?? height) + (action?.height ?? 0)).toBeLessThanOrEqual(height);
    // A successful trial click proves that nothing covers the button.
    await button(dialog, linkTexts.dialog.create).click({ trial: true });
  });

  it("the share dialog shows 20 long email addresses in full", async () => {
    const { page, client } = await web.person("Ann Many", PHONE);
    const note = await seedNote(client, { title: "Plan" });
    const dialog = await openShareDialog(page, note.id);
    const emails = Array.from(
      { length: 20 },
      (_, nth) => `a.person.with.a.rather.long.name.${nth}@department.example.com`,
    );
    await dialog.getByLabel(people.label, { exact: true }).fill(`${emails.join(" ")} `);
    await button(dialog, people.shareWith(20)).waitFor();
    const isWhole = (element: unknown) => {
      const { scrollWidth, clientWidth } = element as { scrollWidth: number; clientWidth: number };
      return scrollWidth <= clientWidth;
    };
    for (const email of emails) expect(await dialog.getByTitle(email, { exact: true }).evaluate(isWhole)).toBe(true);
  });
});

describe("a link that expires while its dialog is open", () => {
  const web = startWeb();

  it("the dialog of an expired link has no QR code", async () => {
    const ann = await web.person("Ann Ends", CLIPBOARD);
    const note = await seedNote(ann.client, { title: "Plan", files: [text("terms.txt", "as agreed")] });
    await ann.page.goto(`/n/${note.id}`);
    await button(ann.page, texts.attachments.copyLink).click();
    const dialog = ann.page.getByRole("dialog", { name: linkTexts.dialog.title("terms.txt") });
    // The service makes a link with a shorter lifetime than the form offers.
    const lifetimeMs = 4_000;
    const shorten = () => new Date(Date.now() + lifetimeMs).toISOString();
    await ann.page.route(/\/links$/, async (route) => {
      if (route.request().method() !== "POST") return route.continue();
      await route.continue({ postData: { ...route.request().postDataJSON(), expiresAt: shorten() } });
    });
    await button(dialog, linkTexts.dialog.create).click();
    const code = dialog.getByRole("img", { name: linkTexts.code("terms.txt") });
    await code.waitFor();
    const first = await dialog.getByLabel(linkTexts.field).inputValue();
    await button(dialog, linkTexts.againOf.download("terms.txt")).waitFor();
    expect(await code.count()).toBe(0);
    expect(await dialog.getByLabel(linkTexts.field).count()).toBe(0);
    expect(await button(dialog, linkTexts.copyOf("terms.txt")).count()).toBe(0);
    await ann.page.unroute(/\/links$/);
    const copied = await copiedBy(ann.page, () => button(dialog, linkTexts.againOf.download("terms.txt")).click());
    await code.waitFor();
    expect(await dialog.getByLabel(linkTexts.field).inputValue()).not.toBe(first);
    expect(copied).toBe(await dialog.getByLabel(linkTexts.field).inputValue());
    await dialog.getByText(linkTexts.ended(1)).waitFor();
  });
});
