import type { Page } from "playwright-core";

/** Makes the page believe that the service can send mails. */
export async function withMail(page: Page): Promise<void> {
  await page.route("**/instance", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), mail: true } });
  });
}
