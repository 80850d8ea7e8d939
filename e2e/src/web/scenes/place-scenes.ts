import { accountTexts } from "../../../../packages/web/src/texts/en/accounts.ts";
import { activity } from "../../../../packages/web/src/texts/en/activity.ts";
import { shortcutsTexts } from "../../../../packages/web/src/texts/en/palette.ts";
import { mailPreferences, settings } from "../../../../packages/web/src/texts/en/settings.ts";
import { trashTexts } from "../../../../packages/web/src/texts/en/trash.ts";
import type { Scene } from "./scene.ts";
import { withMail } from "./with-mail.ts";

const { account } = accountTexts;

/** The scenes with the settings, the activity, and the dialogs that every page can open. */
export const placeScenes: readonly Scene[] = [
  {
    name: "settings",
    by: "ann",
    async open(page) {
      await page.goto("/settings");
      await page.getByText("Nightly backup").waitFor();
    },
  },
  {
    name: "settings-new",
    by: "zoe",
    async open(page) {
      await withMail(page);
      const choices = { shares: "at_once", expiry: "daily", links: "never", files: "at_once", requests: "at_once" };
      await page.route("**/me/mail-preferences", (route) => route.fulfill({ json: choices }));
      await page.goto("/settings");
      await page.getByText(settings.tokens.none).waitFor();
      await page.getByRole("group", { name: mailPreferences.topics.requests }).scrollIntoViewIfNeeded();
    },
  },
  {
    name: "settings-password",
    by: "ann",
    async open(page) {
      await page.goto("/settings");
      await page.getByRole("button", { name: account.changePassword }).click();
      await page.getByLabel(account.revokeTokens).waitFor();
    },
  },
  {
    name: "shortcuts",
    by: "zoe",
    async open(page) {
      await page.goto("/settings");
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.keyboard.press("?");
      await page.getByRole("dialog", { name: shortcutsTexts.title }).waitFor();
    },
  },
  {
    name: "palette",
    by: "ann",
    async open(page, { full }) {
      await page.goto("/");
      await page.getByRole("link", { name: full.title }).first().waitFor();
      await page.keyboard.press("Control+k");
      const dialog = page.getByRole("dialog");
      await dialog.getByRole("combobox").fill("tax");
      await dialog.getByText("Tax return 2025").waitFor();
    },
  },
  {
    name: "activity",
    by: "ann",
    async open(page) {
      await page.goto("/activity");
      await page.getByText("Ben Osei").first().waitFor();
    },
  },
  {
    name: "activity-every-url",
    by: "ann",
    async open(page) {
      await page.goto("/activity");
      await page.getByRole("checkbox", { name: activity.everyUrl.label }).check();
      await page
        .getByText(/loaded thumbnails|Vorschaubilder/)
        .first()
        .waitFor();
    },
  },
  {
    name: "deleted",
    by: "ann",
    async open(page) {
      await page.goto("/deleted");
      await page.getByText("Rental agreement 2019").waitFor();
    },
  },
  {
    name: "deleted-question",
    by: "ann",
    async open(page) {
      await page.goto("/deleted");
      await page.getByRole("button", { name: trashTexts.purgeOf("Rental agreement 2019") }).click();
      await page.getByText(trashTexts.purgeQuestion).waitFor();
    },
  },
  {
    name: "deleted-empty",
    by: "zoe",
    async open(page) {
      await page.goto("/deleted");
      await page.getByText(trashTexts.empty.title).waitFor();
    },
  },
  {
    name: "activity-empty",
    by: "zoe",
    async open(page) {
      await page.goto("/activity");
      await page.getByText(activity.empty.title).waitFor();
    },
  },
];
