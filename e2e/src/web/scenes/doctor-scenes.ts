import type { Page } from "playwright-core";
import { doctor } from "../../../../packages/web/src/texts/en/doctor.ts";
import { settings } from "../../../../packages/web/src/texts/en/settings.ts";
import type { Scene } from "./scene.ts";

const FINDINGS = [
  {
    id: "cors-origin",
    severity: "error",
    title: "The CORS configuration does not allow the origin of the service",
    detail: "Every preflight from https://files.example.com is refused.",
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
    title: "Versioning is on, and old versions never expire",
    detail: "Versioning is enabled, and no lifecycle rule expires noncurrent versions.",
    why: "The bytes of deleted files stay in the bucket for ever. They cost money and can still leak.",
    fix: [{ label: "step", text: "Add a lifecycle rule." }],
  },
  {
    id: "checksum-missing",
    severity: "info",
    title: "The bucket does not verify a signed SHA-256",
    detail: "A probe with small objects showed it.",
    why: "The service reads each stored object back and compares it, which costs time and traffic.",
    fix: [{ label: "step", text: "Nothing to do. A newer release of the S3 server may verify it." }],
  },
];

/** Fakes a report of the doctor with these findings, because the world has no administrator, and its service has no faults. */
async function pretend(page: Page, { findings }: { findings: readonly unknown[] }): Promise<void> {
  await page.route("**/admin/doctor", async (route) => {
    const unchecked = [{ subject: "lifecycle rule", reason: "the credentials lack s3:GetLifecycleConfiguration" }];
    const url = `${new URL(route.request().url()).origin}/healthz`;
    const browser = { put: { url, headers: {} }, getUrl: url };
    const report = { ranAt: "2026-01-01T12:00:00.000Z", provider: "aws", worst: "error", checked: [] };
    await route.fulfill({ json: { ...report, findings, unchecked, browser } });
  });
}

/** The scenes with the page of the doctor. */
export const doctorScenes: readonly Scene[] = [
  {
    name: "settings-administrator",
    by: "zoe",
    async open(page) {
      await page.route("**/me", async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, json: { ...(await response.json()), isAdmin: true } });
      });
      await page.goto("/settings");
      await page.getByRole("link", { name: settings.administration.doctor }).scrollIntoViewIfNeeded();
    },
  },
  {
    name: "doctor-faults",
    by: "zoe",
    // In the fake report, the URL of the test object is a URL of the service. The service refuses the upload.
    expects: [/^405 PUT /],
    async open(page) {
      await pretend(page, { findings: FINDINGS });
      await page.goto("/settings/doctor");
      await page.getByText(doctor.findings.refused.title).waitFor();
    },
  },
];
