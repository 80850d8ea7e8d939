import { accounts } from "./en/accounts.ts";
import { activity } from "./en/activity.ts";
import { app } from "./en/app.ts";
import { attachments } from "./en/attachments.ts";
import { common } from "./en/common.ts";
import { notes } from "./en/notes.ts";
import { preview } from "./en/preview.ts";
import { problems } from "./en/problems.ts";
import { settings } from "./en/settings.ts";
import { sharing } from "./en/sharing.ts";

/** Every word of the app, by feature. A translation is another folder with the same shape. */
export const texts = { app, common, accounts, notes, attachments, preview, sharing, activity, settings, problems };

export { describeProblem } from "./describe-problem.ts";
export * from "./format.ts";
