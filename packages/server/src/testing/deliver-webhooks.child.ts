import { webhookWork } from "../features/webhooks/deliver.ts";
import { runDueWork } from "../platform/jobs/runner.ts";
import { createWebhookSender } from "../platform/outgoing/send-webhook.ts";
import { openAt } from "./database/database-location.ts";
import { webhookKeys } from "./webhook-suite.ts";

// Sends the due webhook messages.
// Usage: node deliver-webhooks.child.ts <location of the database as JSON> <now>
const [location = "", now = ""] = process.argv.slice(2);
const deps = {
  db: await openAt(JSON.parse(location)),
  clock: () => Number(now),
  linkKeys: webhookKeys,
  sender: createWebhookSender({ allowsLoopback: true }),
};
await runDueWork(webhookWork(deps, { onFailure: console.error }));
