import type { Page } from "playwright-core";
import { accountTexts } from "../../../../packages/web/src/texts/en/accounts.ts";
import { invitationTexts } from "../../../../packages/web/src/texts/en/invitations.ts";
import { texts } from "../../../../packages/web/src/texts/index.ts";
import { seedNote } from "../testing/seed.ts";
import { alterResponses, type Scene, scenesOf } from "./scene.ts";
import type { World } from "./world.ts";

const { page: words, closed, ask, requests } = invitationTexts;

/** Shares a new note of Ann with an email address. Returns the note, the invitation, and the path of the invitation's page. */
async function invite({ ann, service }: World, email: string, expiresAt: string | null = null) {
  const note = await seedNote(ann.client, { title: "Handover of the flat, Lindenstraße 14" });
  const terms = { role: "editor", expiresAt } as const;
  const { invitations } = await ann.client.shares.put({ noteId: note.id }, { emails: [email], ...terms });
  const [invitation] = invitations;
  if (invitation === undefined) throw new Error("no invitation");
  return { note, invitation, path: invitation.url.replace(service.url, "") };
}

async function openClosed(page: Page, { path, code }: { path: string; code: keyof typeof closed }): Promise<void> {
  await page.goto(path);
  await page.getByText(closed[code].title).waitFor();
}

export const invitationScenes: readonly Scene[] = [
  ...scenesOf("ann", {
    async "invitation-share-dialog"(page, world) {
      const { note } = await invite(world, "carla.weiss@example.org");
      await page.goto(`/n/${note.id}`);
      await page.getByRole("button", { name: texts.sharing.share, exact: true }).click();
      await page
        .getByRole("button", { name: invitationTexts.message.copyInvitationOf("carla.weiss@example.org") })
        .waitFor();
    },
    async "invitation-own"(page, world) {
      await page.goto((await invite(world, "carla.weiss@example.org")).path);
      await page.getByText(words.own).waitFor();
    },
    async "access-requests"(page, { ann, ben, zoe }) {
      const { id } = await seedNote(ann.client, { title: "Salaries", body: "Who earns what." });
      for (const { client } of [ben, zoe]) await client.accessRequests.ask(id);
      await page.goto(`/n/${id}`);
      await page.getByRole("button", { name: requests.dismissOf("Zoe Lindqvist") }).waitFor();
    },
    async "access-requests-list"(page, { ann, ben }) {
      const { id } = await seedNote(ann.client, { title: "Budget" });
      await ben.client.accessRequests.ask(id);
      await page.goto("/");
      await page.getByText(texts.notes.asking.one).first().waitFor();
    },
  }),
  ...scenesOf("nobody", {
    async "invitation-sign-up"(page, world) {
      await page.goto((await invite(world, "carla.weiss@example.org")).path);
      await page.getByRole("button", { name: accountTexts.signUp.action }).waitFor();
    },
    async "invitation-sign-up-closed"(page, world) {
      await alterResponses(page, "**/instance", { signUp: "closed" });
      await page.goto((await invite(world, "carla.weiss@example.org")).path);
      await page.getByText(words.closed("Ann Keller")).waitFor();
    },
    "invitation-used": {
      expects: [/^409 POST .*\/invitations\/look$/],
      async open(page, world) {
        const { path } = await invite(world, "carla.weiss@example.org");
        await world.zoe.client.invitations.redeem(path.split("#")[1] ?? "");
        await openClosed(page, { path, code: "invitation_used" });
      },
    },
  }),
  ...scenesOf("zoe", {
    async "invitation-signed-in"(page, world) {
      await page.goto((await invite(world, "carla.weiss@example.org")).path);
      await page.getByRole("button", { name: words.accept, exact: true }).waitFor();
    },
    async "invitation-for-me"(page, world) {
      await page.goto((await invite(world, world.zoe.email)).path);
      await page.getByRole("button", { name: words.open.note, exact: true }).waitFor();
    },
    async "invitation-has-access"(page, world) {
      const { path, note } = await invite(world, "carla.weiss@example.org");
      await world.ann.client.shares.put({ noteId: note.id }, { userIds: [world.zoe.id], role: "editor" });
      await page.goto(path);
      await page.getByText(words.staysOpen("carla.weiss@example.org")).waitFor();
    },
    async "invitation-shortens-access"(page, world) {
      const until = new Date(Date.now() + 30 * 86_400_000).toISOString();
      const { path, note } = await invite(world, "carla.weiss@example.org", until);
      await world.ann.client.shares.put({ noteId: note.id }, { userIds: [world.zoe.id], role: "viewer" });
      await page.goto(path);
      await page.getByText(words.keep(null)).waitFor();
    },
    "invitation-used-by-other": {
      expects: [/^409 POST .*\/invitations\/(look|redeem)$/],
      async open(page, world) {
        const { path } = await invite(world, "carla.weiss@example.org");
        await world.ben.client.invitations.redeem(path.split("#")[1] ?? "");
        await page.goto(path);
        await page.getByText(invitationTexts.usedHint).waitFor();
      },
    },
    "invitation-revoked": {
      expects: [/^404 POST .*\/invitations\/look$/],
      async open(page, world) {
        const { path, invitation } = await invite(world, "carla.weiss@example.org");
        await world.ann.client.invitations.revoke(invitation.id);
        await openClosed(page, { path, code: "invitation_not_found" });
      },
    },
    "access-asked": {
      expects: [/^40[34] GET .*\/notes\//],
      async open(page, { ann }) {
        const { id } = await seedNote(ann.client, { title: "Salaries" });
        await page.goto(`/n/${id}`);
        await page.getByRole("button", { name: ask.action }).click();
        await page.getByText(ask.asked.title).waitFor();
      },
    },
  }),
];
