import { describe, expect, it } from "vitest";
import { startWeb } from "./testing/start-web.ts";

describe("requirement 25: the content security policy of the pages", () => {
  const web = startWeb();

  it.each(["/", "/sign-in", "/shared", "/n/018f3c1e-7c1e-7000-8000-000000000001", "/nowhere"])(
    "requirement 25: the CSP of the page %s permits only the service and the bucket",
    async (path) => {
      const { bucketOrigin, url } = web.service;
      expect(new URL(bucketOrigin).origin).not.toBe(url);
      const { headers } = await fetch(url + path, { headers: { accept: "text/html" } });
      const directives = new Map(
        (headers.get("content-security-policy") ?? "").split(";").map((directive) => {
          const [name = "", ...sources] = directive.trim().split(/\s+/);
          return [name, sources];
        }),
      );
      const known = ["'self'", "'none'", "data:", "blob:", bucketOrigin];
      expect([...directives.values()].flat().filter((source) => !known.includes(source))).toEqual([]);
      for (const name of ["default-src", "script-src", "style-src"]) expect(directives.get(name)).toEqual(["'self'"]);
      for (const name of ["script-src-attr", "object-src", "base-uri", "frame-ancestors"]) {
        expect(directives.get(name)).toEqual(["'none'"]);
      }
    },
  );

  it("the content security policy blocks inline scripts, style elements and other origins", async () => {
    const { page, watch } = await web.person("Mallory", { hasAccount: false });
    // Ignores all problems, because this test itself violates the policy.
    watch.expect(/./);
    await page.goto("/sign-in");
    await page.getByRole("button").first().waitFor();
    const done = await page.evaluate(`new Promise((resolve) => {
      const seen = [];
      document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
        seen.push(effectiveDirective);
        if (seen.length === 4) resolve([...new Set(seen)].sort());
      });
      const add = (tag, properties) => document.body.append(Object.assign(document.createElement(tag), properties));
      add("script", { textContent: "globalThis.wasRun = true" });
      add("style", { textContent: "body { color: red }" });
      add("img", { src: "https://elsewhere.example/a.png" });
      fetch("https://elsewhere.example/").catch(() => undefined);
    })`);
    expect(done).toEqual(["connect-src", "img-src", "script-src-elem", "style-src-elem"]);
    expect(await page.evaluate("globalThis.wasRun")).toBe(undefined);
  });
});
