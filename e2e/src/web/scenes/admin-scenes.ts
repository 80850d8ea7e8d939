import type { Page } from "playwright-core";
import type { Finding } from "../../../../packages/server/src/operations/doctor/finding.ts";
import { translateReport } from "../../../../packages/server/src/operations/doctor/translate.ts";
import { readerLanguage } from "../../../../packages/server/src/platform/http/reader-language.ts";
import { accountTexts } from "../../../../packages/web/src/texts/en/accounts.ts";
import { administration, policyTexts } from "../../../../packages/web/src/texts/en/administration.ts";
import { doctor } from "../../../../packages/web/src/texts/en/doctor.ts";
import { settings } from "../../../../packages/web/src/texts/en/settings.ts";
import { asAdministrator, type Scene, scenesOf, showing, UNAVAILABLE } from "./scene.ts";

const at = "2026-01-01T12:00:00.000Z";
const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
const id = (nth: number) => `0190a7d2-0000-7000-8000-00000000000${nth}`;
const mia = { id: "mia", name: "Mia Lindqvist", email: "mia.lindqvist@example.com" };
const omar = { id: "omar", name: "Omar Haddad", email: "omar@example.com" };

const person = {
  ...mia,
  isEmailProven: true,
  isAdmin: false,
  disabledAt: null,
  deleteAt: null,
  createdAt: at,
  lastSignInAt: at,
  lastSeenAt: ago(3),
  usedBytes: 3_400_000_000,
  quotaBytes: 5_000_000_000,
  ownQuotaBytes: 5_000_000_000,
  files: 213,
  quotaFiles: 500,
  ownQuotaFiles: null,
  links: 4,
};

const link = {
  id: id(1),
  kind: "download",
  state: "live",
  label: "For the tax office",
  noteTitle: "Tax return 2025",
  owner: mia,
  createdBy: mia,
  files: 2,
  expiresAt: ago(-24 * 7),
  hasPassword: true,
  maxClaims: null,
  claims: 3,
  opened: 5,
  urlsIssued: 7,
  received: { files: 0, bytes: 0 },
  createdAt: at,
  revokedAt: null,
};

const mail = {
  id: id(3),
  kind: "invitation",
  email: "gone@example.com",
  state: "given_up",
  attempts: 1,
  createdAt: at,
  dueAt: null,
  givenUpAt: at,
  problem: "550 5.1.1 The email account that you tried to reach does not exist.",
};

const invitation = {
  id: id(9),
  email: "new.colleague@example.com",
  invitedBy: omar,
  invitedAt: at,
  linkExpiresAt: ago(-24 * 26),
  url: `https://files.example.com/invitation#${"x".repeat(43)}`,
};

const rule = { fallback: null, source: "default", value: null };
const policy = [
  { ...rule, name: "sign-up", variable: "AUTH_SIGN_UP", value: "invited", fallback: "open", source: "administrator" },
  { ...rule, name: "proven-email", variable: "AUTH_REQUIRE_VERIFIED_EMAIL", value: "required", fallback: "required" },
  { ...rule, name: "link-max-expiry", variable: "LINKS_MAX_EXPIRY", value: 2_592_000, source: "administrator" },
  { ...rule, name: "link-password", variable: "LINKS_PASSWORD", value: "required", source: "configuration" },
  { ...rule, name: "url-ttl-max", variable: "URL_TTL_MAX", value: 43_200, fallback: 43_200 },
  { ...rule, name: "url-ttl-max-shared", variable: "URL_TTL_MAX_SHARED", value: 900, fallback: 900 },
];

const lists = {
  invitations: [
    invitation,
    { ...invitation, id: id(0), email: "late@example.com", linkExpiresAt: at, invitedBy: null },
  ],
  policy,
  people: [
    person,
    {
      ...person,
      ...omar,
      isAdmin: true,
      usedBytes: 120_000,
      quotaBytes: null,
      ownQuotaBytes: null,
      files: 1,
      quotaFiles: null,
      ownQuotaFiles: null,
      links: 0,
    },
    {
      ...person,
      id: "auth0|5f7c8ec7c33c6c004bbafe82",
      name: null,
      email: "a-person-with-a-very-long-email-address@department.example.com",
      isEmailProven: false,
      disabledAt: at,
      lastSignInAt: null,
      lastSeenAt: null,
    },
    { ...person, id: "rina", name: "רינה כהן", email: "rina@example.com", lastSeenAt: ago(30), links: 1_000 },
    {
      ...person,
      id: "leaving",
      name: "Noah Fischer",
      email: "noah@example.com",
      disabledAt: at,
      deleteAt: ago(-24 * 9),
    },
  ],
  links: [
    link,
    { ...link, id: id(3), state: "expired", label: "Old plans", hasPassword: false, expiresAt: ago(0.05) },
    { ...link, id: id(4), state: "orphaned", label: "חוזה שכירות", hasPassword: false },
    { ...link, id: id(2), kind: "upload", state: "revoked", label: "", expiresAt: null, revokedAt: ago(50) },
  ],
  mails: [
    mail,
    {
      ...mail,
      id: id(4),
      kind: "password-reset",
      email: mia.email,
      state: "waiting",
      givenUpAt: null,
      dueAt: ago(-0.1),
      problem: "450 4.2.1 The mailbox is busy. Try again later.",
    },
  ],
  log: [
    { id: id(5), at, action: "person.disabled", actor: omar, person: mia, detail: {} },
    {
      id: id(9),
      at,
      action: "policy.changed",
      actor: omar,
      person: null,
      detail: { name: "link-max-expiry", from: null, to: 2_592_000 },
    },
    { id: id(0), at, action: "invitation.created", actor: omar, person: null, detail: { email: invitation.email } },
    { id: id(6), at, action: "person.quota_changed", actor: null, person: mia, detail: { quotaBytes: 5_000_000_000 } },
    {
      id: id(7),
      at,
      action: "link.revoked",
      actor: omar,
      person: mia,
      detail: { label: "Old plans", kind: "download" },
    },
    { id: id(8), at, action: "mail.retried", actor: omar, person: null, detail: { email: "gone@example.com" } },
  ],
};

/** Makes the page believe that its user is an administrator, and fakes the lists for administrators. */
async function pretend(page: Page): Promise<void> {
  await asAdministrator(page);
  for (const [name, items] of Object.entries(lists)) {
    await page.route(new RegExp(`/admin/${name}(\\?|$)`), (route) =>
      route.fulfill({ json: { items, nextCursor: null } }),
    );
  }
  await page.route("**/admin/people/*/reset-link", (route) =>
    route.fulfill({
      status: 201,
      json: { url: `https://files.example.com/new-password#${"x".repeat(43)}`, expiresAt: at },
    }),
  );
}

async function openTab(page: Page, { tab, text }: { tab: string; text: string }): Promise<void> {
  await pretend(page);
  await page.goto(`/admin?tab=${tab}`);
  await page.getByText(text).first().waitFor();
}

const { people } = administration;

/** Opens the menu of Mia in the list of people. Clicks an item of the menu, if `item` is given. */
async function openMenu(page: Page, item?: string): Promise<void> {
  await openTab(page, { tab: "people", text: mia.email });
  await page.getByRole("button", { name: people.menuOf(mia.name) }).click();
  if (item === undefined) await page.getByRole("menuitem").first().waitFor();
  else await page.getByRole("menuitem", { name: item }).click();
}

export const adminScenes: readonly Scene[] = [
  ...scenesOf("zoe", {
    "admin-people": (page) => openTab(page, { tab: "people", text: mia.email }),
    "admin-person": (page) => openMenu(page),
    async "admin-disable"(page) {
      await openMenu(page, people.disable);
      await page.getByText(people.disableQuestion).waitFor();
    },
    async "admin-quota"(page) {
      await openMenu(page, people.quota);
      await page.getByLabel(people.quotaField).waitFor();
    },
    async "admin-new-password"(page) {
      await openMenu(page, people.reset);
      await page.getByRole("button", { name: people.resetNow }).click();
      await page.getByRole("textbox", { name: people.resetLink }).waitFor();
    },
    async "admin-invited"(page) {
      const { invitations } = administration;
      await openTab(page, { tab: "people", text: mia.email });
      await page.route("**/admin/invitations", (route) =>
        route.request().method() === "POST" ? route.fulfill({ status: 201, json: invitation }) : route.fallback(),
      );
      await page.getByRole("button", { name: invitations.title }).click();
      await page.getByLabel(invitations.email).fill(invitation.email);
      await page.getByRole("button", { name: invitations.action, exact: true }).click();
      await page.getByText(invitations.made(invitation.email)).waitFor();
    },
    "admin-people-failed": {
      expects: [/^503 /],
      async open(page) {
        await pretend(page);
        await page.route(/\/admin\/people/, (route) => route.fulfill(UNAVAILABLE));
        await page.goto("/admin");
        await page.getByText(people.failed).waitFor();
      },
    },
    async "admin-links-empty"(page) {
      await pretend(page);
      await page.route(/\/admin\/links/, (route) => route.fulfill({ json: { items: [], nextCursor: null } }));
      await page.goto("/admin?tab=links");
      await page.getByText(administration.links.empty).waitFor();
    },
    "admin-policy": (page) => openTab(page, { tab: "policy", text: policyTexts.rules["link-password"]?.title ?? "" }),
    "admin-links": (page) => openTab(page, { tab: "links", text: "For the tax office" }),
    "admin-mail": (page) => openTab(page, { tab: "mail", text: mail.problem }),
    "admin-log": (page) => openTab(page, { tab: "log", text: "Old plans" }),
    "admin-not-yours": showing("/admin", administration.notYours.title),
  }),
  ...scenesOf("nobody", {
    async "admin-invitation"(page) {
      const opened = { opens: "service", ownerName: omar.name, email: invitation.email };
      const json = { ...opened, noteTitle: null, filename: null, role: null, expiresAt: null };
      await page.route("**/invitations/look", (route) => route.fulfill({ json }));
      await page.goto(`/invitation#${"x".repeat(43)}`);
      await page.getByText(accountTexts.signUp.emailFixed).waitFor();
    },
  }),
];

const FINDINGS: Finding[] = [
  {
    id: "cors-origin",
    severity: "error",
    title: "Browsers can't upload or show files: the CORS configuration does not allow this service",
    detail: "The bucket refuses every request from pages of https://files.example.com.",
    why: "Browsers refuse to upload to the bucket and to show its files.",
    fix: [
      {
        label: "AWS CLI",
        text: 'aws s3api put-bucket-cors \\\n  --bucket my-private-bucket \\\n  --cors-configuration \'{"CORSRules":[{"AllowedOrigins":["https://files.example.com"],"AllowedMethods":["GET","HEAD","PUT"]}]}\'',
      },
    ],
  },
  {
    id: "versions-kept",
    severity: "warning",
    title: "Deleted files stay in the bucket: old versions never expire",
    detail: "Versioning is enabled, and no lifecycle rule expires noncurrent versions of all files.",
    why: "The bytes of deleted files stay in the bucket for ever. They cost money and can still leak.",
    fix: [{ label: "B2 command line", text: "b2 bucket update my-private-bucket" }],
  },
  {
    id: "checksum-missing",
    severity: "info",
    title: "Uploads take longer: the bucket does not verify a signed SHA-256",
    detail: "A probe with small objects showed it.",
    why: "The service reads each stored object back and compares it, which costs time and traffic.",
    fix: [{ label: "step", text: "Nothing to do. A newer release of the S3 server may verify it." }],
  },
];

/** Fakes a report of the doctor with these findings, because the world has no administrator, and its service has no faults. */
async function pretendReport(page: Page, { findings }: { findings: Finding[] }): Promise<void> {
  await page.route("**/admin/doctor", async (route) => {
    const unchecked = [{ subject: "lifecycle rules", reason: "the server has no such setting" }];
    const url = `${new URL(route.request().url()).origin}/healthz`;
    const browser = { put: { url, headers: {} }, getUrl: url };
    const report = { ranAt: "2026-01-01T12:00:00.000Z", provider: "aws", worst: "error", checked: [] };
    const language = readerLanguage(await route.request().allHeaders());
    const shown = translateReport({ ...report, findings, unchecked, browser }, language);
    await route.fulfill({ json: shown });
  });
}

export const doctorScenes: readonly Scene[] = scenesOf("zoe", {
  async "settings-administrator"(page) {
    await asAdministrator(page);
    await page.goto("/settings");
    await page.getByRole("link", { name: settings.parts.doctor.title }).scrollIntoViewIfNeeded();
  },
  "doctor-faults": {
    // In the fake report, the upload URL of the test object is a URL of the service, which refuses the upload.
    expects: [/^405 PUT /],
    async open(page) {
      await asAdministrator(page);
      await pretendReport(page, { findings: FINDINGS });
      await page.goto("/settings/doctor");
      await page.getByText(doctor.findings.refused.title.split(": ")[1] ?? "").waitFor();
    },
  },
});
