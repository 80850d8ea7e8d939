import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import { describe, expect, it, onTestFinished } from "vitest";
import { startWeb } from "./testing/start-web.ts";

describe("the page of webhooks", () => {
  const web = startWeb({ env: { WEBHOOKS_ALLOW_LOOPBACK: "true" } });

  it("the settings add a webhook, show its secret once, and list its test", async () => {
    const arrived: { body: string; headers: Record<string, string> }[] = [];
    const receiver = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += String(chunk);
      arrived.push({ body, headers: request.headers as Record<string, string> });
      response.writeHead(204).end();
    });
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void receiver.close());
    const { page } = await web.person("Ann");
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
    await page.goto("/settings");
    await page.getByRole("link", { name: "Manage webhooks" }).click();
    await page.getByRole("button", { name: "Add webhook" }).click();
    await page.getByText("Write the URL of your server.").waitFor();
    await page.getByRole("textbox", { name: "URL" }).fill(url);
    await page.getByRole("button", { name: "Add webhook" }).click();
    const secret = await page.getByRole("textbox", { name: "Secret" }).inputValue();
    await page.getByRole("button", { name: "I have it" }).click();
    await page.getByRole("button", { name: `Send a test to ${url}` }).click();
    const row = page.getByRole("list", { name: `Deliveries to ${url}` }).getByRole("listitem");
    await row.getByText(/Delivered .*, status 204/).waitFor();
    const [test] = arrived;
    expect(new Webhook(secret).verify(test?.body ?? "", test?.headers ?? {})).toMatchObject({ type: "webhook.test" });
    await page.getByRole("button", { name: `Delete the webhook ${url}` }).click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByText("No webhooks yet.").waitFor();
  });
});
