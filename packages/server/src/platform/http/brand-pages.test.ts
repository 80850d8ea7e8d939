import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import { useService } from "../../testing/use-service.ts";
import { INDEX_HTML, makeWebRoot } from "../../testing/web-root.ts";
import { type Brand, type Color, contrast, DEFAULT_BRAND } from "../config/brand.ts";
import { styleOf } from "./brand-pages.ts";

const [engine] = engines as [(typeof engines)[number]];
const BROWSER = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
const PNG = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");
const BRANDED: Brand = {
  name: `R&D "Files" 'x'`,
  logo: { file: "/etc/logo.png", type: "image/png", bytes: PNG },
  color: "#1a5fb4",
};
const NAME = "R&#38;D &#34;Files&#34; &#39;x&#39;";
const PLACEHOLDERS = "%TOKEN% %ORIGIN% %BRAND% $& $'";
const PAGES = ["/sign-in", "/s/some-token", "/s/some-token/download", "/unsubscribe/AAAA"];

describe("the brand on the pages of a service", () => {
  let webRoot: Awaited<ReturnType<typeof makeWebRoot>>;
  beforeAll(async () => {
    webRoot = await makeWebRoot();
  });
  afterAll(() => webRoot.remove());
  const branded = useService(() => ({ engine, app: { webRoot: webRoot.root, brand: BRANDED }, hasAccounts: true }));
  const plain = useService(() => ({ engine, app: { webRoot: webRoot.root, brand: DEFAULT_BRAND }, hasAccounts: true }));
  const named = useService(() => ({
    engine,
    app: { webRoot: webRoot.root, brand: { ...DEFAULT_BRAND, name: "<b>ox" } },
    hasAccounts: true,
  }));
  const withPlaceholders = useService(() => ({
    engine,
    app: { webRoot: webRoot.root, brand: { ...DEFAULT_BRAND, name: PLACEHOLDERS } },
    hasAccounts: true,
  }));
  const get = (path: string, service = branded) => service.anonymous.send(`GET ${path}`, { headers: BROWSER });

  it.each(PAGES)("the page %s shows the logo and the escaped name of the service", async (path) => {
    const { text } = await get(path);
    expect(text).toContain(NAME);
    expect(text).toMatch(/\/brand\/logo-[0-9a-f]{12}\.png/);
    expect(text).not.toContain("Valet Key");
    expect(text).not.toContain(BRANDED.name);
  });

  it.each(PAGES)("the content security policy of the page %s permits only files of the service", async (path) => {
    const { text, headers } = await get(path);
    const policy = headers["content-security-policy"] as string;
    expect(policy).toMatch(/img-src 'self'/);
    expect(policy).not.toMatch(/unsafe-inline/);
    const [, style] = /<style>([\s\S]*?)<\/style>/.exec(text) ?? [];
    if (style === undefined) expect(text).toMatch(/<link rel="stylesheet" href="\/brand\/style-[0-9a-f]{12}\.css">/);
    else expect(policy).toContain(`'sha256-${createHash("sha256").update(style).digest("base64")}'`);
  });

  it("browsers may cache the logo and the color of the service for a year", async () => {
    const { text } = await get("/s/some-token");
    for (const [file, type] of [
      [/\/brand\/logo-\w+\.png/, "image/png"],
      [/\/brand\/style-\w+\.css/, "text/css; charset=utf-8"],
    ] as const) {
      const { status, headers } = await get(file.exec(text)?.[0] ?? "");
      expect({ status, type: headers["content-type"] }).toEqual({ status: 200, type });
      expect(headers["cache-control"]).toBe("public, max-age=31536000, immutable");
      expect(headers["x-content-type-options"]).toBe("nosniff");
    }
    expect((await get("/brand/logo-000000000000.png")).status).toBe(404);
  });

  it("the manifest of the app has the name, the logo and the color of the service", async () => {
    const { status, headers, text } = await get("/manifest.webmanifest");
    expect([status, headers["content-type"]]).toEqual([200, "application/manifest+json; charset=utf-8"]);
    expect(JSON.parse(text)).toEqual({
      name: BRANDED.name,
      short_name: BRANDED.name,
      start_url: "/",
      theme_color: "#1a5fb4",
      icons: [{ src: expect.stringMatching(/^\/brand\/logo-\w+\.png$/), type: "image/png", sizes: "any" }],
    });
    expect(JSON.parse((await get("/manifest.webmanifest", plain)).text)).toMatchObject({ name: "Valet Key" });
  });

  it("the browser tab of the service shows the logo of the service", async () => {
    const { status, headers } = await get("/favicon.ico");
    expect([status, headers.location]).toEqual([302, expect.stringMatching(/^\/brand\/logo-\w+\.png$/)]);
    expect((await get("/favicon.ico", plain)).text).toBe("the icon of Valet Key");
  });

  it("without a logo, the browser tab shows the first letter of the service's name", async () => {
    const icon = (await get("/favicon.ico", named)).headers.location as string;
    const { headers, text } = await get(icon, named);
    expect(headers["content-type"]).toBe("image/svg+xml");
    expect(text).toContain(">&#60;</text>");
    expect(JSON.parse((await get("/manifest.webmanifest", named)).text)).toMatchObject({
      name: "<b>ox",
      icons: [{ src: icon }],
    });
  });

  it.each(PAGES)("the page %s shows a service name that contains placeholders unchanged", async (path) => {
    const { text } = await get(path, withPlaceholders);
    const shown = "%TOKEN% %ORIGIN% %BRAND% $&#38; $&#39;";
    expect(text).toContain(shown);
    expect(text.replaceAll(shown, "")).not.toMatch(/%[A-Z]+%/);
  });

  it("a service without a brand serves the page of the web app unchanged", async () => {
    expect((await get("/sign-in", plain)).text).toBe(INDEX_HTML);
    for (const path of PAGES.slice(1))
      expect((await get(path, plain)).text).toContain('<span dir="auto">Valet Key</span>');
    expect((await get("/s/some-token", plain)).text).not.toContain("stylesheet");
  });
});

describe("the brand color of a service", () => {
  it.each(["#1a5fb4", "#767676", "#000000", "#8b0000", "#17603a"])(
    "pages with the brand color %s are readable in both themes",
    (color) => {
      const [, light, dark] = /--color-accent:light-dark\((#\w+),(#\w+)\)/.exec(styleOf(color as Color)) as string[];
      for (const ground of ["#ffffff", "#faf8f3", "#efece6"] as const) {
        expect(contrast(light as Color, ground)).toBeGreaterThanOrEqual(4.5);
      }
      for (const ground of ["#161513", "#26241f", "#2a2825"] as const) {
        expect(contrast(dark as Color, ground)).toBeGreaterThanOrEqual(4.5);
      }
      expect(contrast(dark as Color, "#161513")).toBeGreaterThanOrEqual(4.5);
    },
  );
});
