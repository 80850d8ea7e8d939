import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import { describe, expect, it, onTestFinished } from "vitest";
import { webhookTexts as german } from "../../../packages/web/src/texts/de/webhooks.ts";
import { startWeb } from "./testing/start-web.ts";

describe("the page of webhooks", () => {
  const web = startWeb({ env: { WEBHOOKS_ALLOW_LOOPBACK: "true" } });

  it("the page of webhooks shows the secret of a new webhook only once", async () => {
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
    await page.getByRole("link", { name: "Webhooks" }).click();
    await page.getByRole("button", { name: "Add webhook" }).click();
    const dialog = page.getByRole("dialog", { name: "Add webhook" });
    await dialog.getByRole("button", { name: "Add webhook" }).click();
    await dialog.getByText("Write the address of your server.").waitFor();
    await dialog.getByRole("textbox", { name: "Address of your server" }).fill(url);
    await dialog.getByRole("button", { name: "Add webhook" }).click();
    const secret = await page.getByRole("textbox", { name: "Secret" }).inputValue();
    await page.getByRole("button", { name: "I have it" }).click();
    await page.getByText("On · no message yet").waitFor();
    await page.getByRole("button", { name: `Actions for ${url}` }).click();
    await page.getByRole("menuitem", { name: "Send a test" }).click();
    const row = page.getByRole("list", { name: `Messages to ${url}` }).getByRole("listitem");
    await row.getByText(/^Arrived /).waitFor();
    await page.getByText(/^Works · last message /).waitFor();
    const [test] = arrived;
    expect(new Webhook(secret).verify(test?.body ?? "", test?.headers ?? {})).toMatchObject({ type: "webhook.test" });
    await page.getByRole("button", { name: `Actions for ${url}` }).click();
    await page.getByRole("menuitem", { name: "Delete…" }).click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByText("No webhooks yet.").waitFor();
  });

  it("the page of webhooks says in German why a delivery failed", async () => {
    const { page, client } = await web.person("Bea", { locale: "de-DE" });
    const { id } = await client.webhooks.create({ url: "http://127.0.0.1:1/hook", events: ["share.created"] });
    await client.webhooks.test(id);
    await page.goto("/settings/webhooks");
    await page.getByRole("button", { name: german.seeWhy }).click();
    await page.getByText(german.failures.refused.what).waitFor();
    expect(await page.getByText("The host refused the connection.").isVisible()).toBe(false);
  });

  it("the page of webhooks shows no reason for a webhook that its owner disabled", async () => {
    const { page, client } = await web.person("Cid");
    const { id } = await client.webhooks.create({ url: "http://127.0.0.1:1/hook", events: ["share.created"] });
    await client.webhooks.update(id, { isDisabled: true });
    await page.goto("/settings/webhooks");
    await page.getByText("Off", { exact: true }).waitFor();
    expect(await page.getByText(/failures/).count()).toBe(0);
  });
});
