import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createValetKey, type ValetKeyOptions } from "@valetkey/server";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Section, sidebarOf } from "../../site/pages.ts";
import { callsPage, optionsPage, readOptions, readResults } from "../../site/reference.ts";
import { documentOfEmbedding } from "../../site/routes.ts";
import { launchChromium } from "./testing/chromium.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const SITE = join(ROOT, "site/dist");
const linksOf = (sections: Section["items"]): string[] =>
  sections.flatMap((item) => ("items" in item ? linksOf(item.items) : [item.link]));
const fileOf = (link: string) => join(SITE, link.endsWith("/") ? `${link}index.html` : `${link}.html`);

describe("the reference of options", () => {
  const options = readOptions(ROOT).flatMap(({ title, members }) => members.map((member) => ({ ...member, title })));

  it("each option of the library has a doc comment", () => {
    expect(options.length).toBeGreaterThan(60);
    expect(options.filter(({ text }) => text === "")).toEqual([]);
  });

  it("the doc comment of each option that users may omit names the default", () => {
    expect(options.filter((option) => option.isOptional && option.default === undefined)).toEqual([]);
  });

  it("each option of the library that is a number has a range in its doc comment", () => {
    expect(options.filter(({ type, range }) => type === "number" && range === undefined)).toEqual([]);
  });

  it.each(["trashDays", "itemQuotaBytes", "resources.….maxBytes", "resources.….urlTtlSeconds"])(
    "createValetKey refuses a value of %s outside of the range in its doc comment",
    async (name) => {
      const { range = "" } = options.find((option) => option.name === name) ?? {};
      const [least = 0, most] = [...range.matchAll(/[\d,]+/g)].map(([text]) => Number(text.replaceAll(",", "")));
      const optionsWith = (value: number) => {
        const given = { [name.split(".").at(-1) ?? ""]: value };
        const invoice = { may: () => true, ...(name.startsWith("resources") && given) };
        return { ...(name.startsWith("resources") ? {} : given), resources: { invoice } } as unknown as ValetKeyOptions;
      };
      const faultsOf = async (value: number) =>
        String(await createValetKey(optionsWith(value)).catch((error) => error));
      const shown = name.replace("…", "invoice");
      for (const value of [least - 1, ...(most === undefined ? [] : [most + 1])])
        expect(await faultsOf(value)).toContain(shown);
      for (const value of [least, most ?? least]) expect(await faultsOf(value)).not.toContain(shown);
    },
  );
});

describe("the page of options", () => {
  const page = optionsPage(ROOT);

  it.each([
    "user(request: Request, original: unknown): AppUser | null | undefined | Promise<AppUser | null | undefined>",
    "may(user: AppUser, action: ItemAction, itemId: string): boolean | Promise<boolean>",
    "findUser(id: string): AppUser | null | undefined | Promise<AppUser | null | undefined>",
    "tenantQuotaBytes: number | ((tenant: string) => number | undefined | Promise<number | undefined>)",
  ])("the options page of the site shows the signature %s", (signature) => {
    expect(page).toContain(`\n\`\`\`ts\n${signature}\n`);
  });

  it("the options page shows that tenantQuotaBytes is a number or a function", () => {
    expect(page).toContain("| `tenantQuotaBytes` | `number \\| function` |");
  });

  it("the options page describes the fields label and message of a file request", () => {
    const [section = ""] = /## files\.createFileRequest\n.*?\n## /s.exec(page) ?? [];
    expect(section.match(/^### .*/gm)?.slice(-2)).toEqual(["### `label`", "### `message`"]);
  });
});

describe("the reference of results", () => {
  it("each result of openFiles and of a hook has a doc comment", () => {
    const results = readResults(ROOT).flatMap(({ title, members }) => members.map((member) => ({ ...member, title })));
    expect(results.length).toBeGreaterThan(30);
    expect(results.filter(({ text }) => text === "")).toEqual([]);
  });
});

describe("the reference of calls", () => {
  const page = callsPage(ROOT);

  it("the reference of calls shows the user as the first argument of a call", () => {
    expect(page).toContain("\nlist(user: User, item: ItemName, options?");
    expect(page).toContain("\nlistLinks(user: User, item: ItemName, page?");
    expect(page).toContain("\nremoveIn(tx: ApplicationTransaction, fileId: string, user?: User)");
  });

  it("the reference of calls shows the default page size of listMany", () => {
    expect(page).toContain("The number of files of each item. Range: 1 to 200. Default: 50.");
  });

  it("the reference of calls shows the definition of each type that it names", () => {
    const signatures = [...page.matchAll(/^## `.*`\n\n```ts\n(.*)\n```/gm)].map(([, signature = ""]) => signature);
    const definitions = [...page.matchAll(/^```ts\n(type .*?)\n```/gms)].map(([, definition = ""]) => definition);
    const code = [...signatures, ...definitions].join("\n").replaceAll(/\/\*\*.*?\*\/|"[^"]*"/gs, "");
    const named = new Set(code.match(/\b[A-Z]\w+/g));
    const defined = definitions.map((definition) => definition.split(" ", 2)[1]);
    const ofTypeScript = ["AsyncIterable", "Omit", "Pick", "Readonly", "Record", "Required"];
    const isKnown = (name: string) => [...defined, ...ofTypeScript].includes(name) || name in globalThis;
    expect(defined.length).toBeGreaterThan(30);
    expect([...named].filter((name) => !isKnown(name) && !name.endsWith("Calls"))).toEqual([]);
  });
});

describe("the reference of routes", () => {
  it("each route of the library has a summary", async () => {
    const { paths } = await documentOfEmbedding();
    const operations = Object.values(paths).flatMap((item) => Object.values(item));
    expect(operations.length).toBeGreaterThan(12);
    expect(operations.filter(({ summary }) => summary === undefined)).toEqual([]);
  });

  it("the API document of the library contains no unused type", async () => {
    const { components, ...document } = await documentOfEmbedding();
    const names = Object.keys(components.schemas);
    const isUsed = (name: string) => {
      const { [name]: _, ...others } = components.schemas;
      return JSON.stringify([document, others]).includes(`"#/components/schemas/${name}"`);
    };
    expect(names.length).toBeGreaterThan(30);
    expect(names.filter((name) => !isUsed(name))).toEqual([]);
  });

  it("the API document of the library has no text about the service", async () => {
    const text = JSON.stringify(await documentOfEmbedding());
    expect(text).not.toMatch(
      /the service|shared with the caller|from a mail|43200|link-receiver|slotId|quarantined|\breview\b|"passkey_|"mail_/i,
    );
  });
});

describe("the documentation as a site", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
    execFileSync(process.execPath, ["site/main.ts"], { cwd: ROOT, stdio: "pipe" });
  });
  afterAll(() => browser.close());

  it("the site has every page that docs/README.md lists", () => {
    const links = linksOf(sidebarOf(ROOT, []));
    expect(links.length).toBeGreaterThan(35);
    expect(links.filter((link) => !existsSync(fileOf(link)))).toEqual([]);
  });

  it("the site documents the routes of the library and the routes of the service", () => {
    const page = (name: string) => readFileSync(fileOf(`/reference/${name}`), "utf8");
    expect(page("library-routes")).toContain("GET /files/{fileId}/url");
    expect(page("service/notes")).toContain("POST /notes");
  });

  it("the site has a page with the faults that the doctor finds", () => {
    expect(readFileSync(fileOf("/reference/doctor-faults"), "utf8")).toContain("trust-proxy-too-small");
  });

  it("the search of the site finds an option without a request to another host", async () => {
    const page = await browser.newPage();
    const others: string[] = [];
    await page.route("**/*", (route) => {
      const { origin, pathname } = new URL(route.request().url());
      if (origin === "http://docs.example") return route.fulfill({ path: join(SITE, pathname) });
      others.push(origin);
      return route.abort();
    });
    await page.goto("http://docs.example/index.html");
    await page.locator("#local-search button").click();
    await page.locator("#localsearch-input").fill("adoptPrefixes");
    await page.locator("#localsearch-list a").first().click();
    await page.waitForURL(/reference\/options\.html#adoptprefixes$/);
    expect(others).toEqual([]);
    await page.close();
  });

  it("the search of the site shows the right page first for a newcomer's question", async () => {
    const page = await browser.newPage();
    await page.route("**/*", (route) => route.fulfill({ path: join(SITE, new URL(route.request().url()).pathname) }));
    await page.goto("http://docs.example/index.html");
    await page.locator("#local-search button").click();
    for (const [question, first] of Object.entries({
      cost: "/s3-requests.html",
      "how much does an upload cost": "/s3-requests.html",
      "without account": "/file-requests.html",
      "getting started": "/embedding.html",
      "quick start": "/embedding.html",
      npx: "/packages/valetkey.html",
      "largest file": "/configuration.html#the-largest-file",
      CORS: "/providers.html#cors",
      "rename a file": "/reference/calls.html#rename",
      react: "/packages/react.html",
      access_denied: "/errors.html",
      rate_limited: "/errors.html",
      quota_exceeded: "/errors.html",
      unauthenticated: "/errors.html",
      AUTH_SECRET: "/configuration.html",
    })) {
      await page.locator("#localsearch-input").fill(question);
      await page.locator(`#localsearch-list li:first-child a[href^="${first}"]`).waitFor();
    }
    // Pages about the service have these words in their headings, so they come first.
    for (const [question, option] of Object.entries({
      "maximum file size": "maxbytes",
      "count downloads": "ondownload",
    })) {
      await page.locator("#localsearch-input").fill(question);
      await page.locator(`#localsearch-list a[href="/reference/options.html#resources${option}"]`).waitFor();
    }
    await page.close();
  });
});
