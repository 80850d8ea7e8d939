import { describe, expect, it } from "vitest";
import { type Color, contrast } from "../../platform/config/brand.ts";
import { quotable, renderMail } from "./template.ts";
import { german } from "./texts/de.ts";
import { english } from "./texts/en.ts";

const url = "https://files.example.com/new-password#token";
const HOSTILE = `<img src="https://evil.example/x.png" onerror=alert(1)>\r\nBcc: all@example.com\u202e'&amp;`;

const publicUrl = "https://files.example.com";
const render = (text: string) =>
  renderMail(
    { subject: text, intro: [text], button: { label: text, url }, outro: [text], reason: text },
    { words: english, publicUrl },
  );

describe("the text and HTML of a mail", () => {
  it("the text and the HTML of a mail have the same content", () => {
    const { text, html } = renderMail(
      {
        subject: "S",
        intro: ["Before"],
        facts: [{ label: "Time", value: "<now>\nBcc" }],
        button: { label: "Open", url },
        outro: ["After"],
        reason: "Because",
        footer: { label: "Turn off", url },
      },
      { words: german, publicUrl },
    );
    expect(html).toContain('<html lang="de">');
    expect(html).toContain(">&#60;now&#62; Bcc<");
    expect(text).toBe(
      `Before\n\nTime: <now> Bcc\n\nOpen:\n${url}\n\nAfter\n\n-- \nValet Key · files.example.com\nBecause\nTurn off: ${url}\n`,
    );
    expect(html).toContain(`href="${url}"`);
    for (const part of ["Before", "Open", url, "After", "Valet Key · files.example.com", "Because"])
      expect(html).toContain(`>${part}<`);
  });

  it("requirement 43: a mail shows HTML and URLs in names as plain text", () => {
    const { html } = render(HOSTILE);
    expect(html).not.toContain("<img");
    expect(html).toContain("&#60;img src=&#34;https://evil.example/x.png&#34; onerror=alert(1)&#62;");
    expect(html).toContain("&#39;&#38;amp;");
  });

  it.each([
    ".",
    "\u3002",
    "\uFF0E",
    "\uFF61",
    "\u2024",
    "\uFE52",
    "@",
    "\uFF20",
    "\uFE6B",
    "\u200d.\u200d",
    "\u2060.\uFEFF",
  ])("a mail shows no domain if a name contains %j in place of a dot", (dot) => {
    const shown = quotable(`evil${dot}example`);
    expect(shown).not.toMatch(/[^\u200b]example/u);
    expect(shown.replaceAll("\u200b", "")).toMatch(/^\u2068evil.example\u2069$/u);
  });

  it("the HTML of a mail loads no file and has links to only one URL", () => {
    const { html } = render(HOSTILE);
    expect([...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, target]) => target)).toEqual([url, url]);
    expect(html).not.toMatch(/<(?:script|link|iframe|form|object)|url\(|@import/i);
  });

  it("the subject of a mail is one line of at most 200 characters", () => {
    expect(render(HOSTILE).subject).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(render("long ".repeat(100)).subject).toHaveLength(200);
    expect(render("🙂".repeat(200)).subject.isWellFormed()).toBe(true);
  });

  it.each([undefined, "#0a0a0a", "#c2185b"] as const)(
    "the texts of a mail have a contrast of at least 4.5 (brand colour: %s)",
    (color) => {
      const { html } = renderMail(
        { subject: "S", intro: ["A"], button: { label: "B", url }, outro: ["C"], reason: "D" },
        { words: english, publicUrl, brand: { name: "Example Files", color } },
      );
      expect(html).toContain("Example Files · files.example.com");
      const dark = new Map(
        [...html.matchAll(/^\.(\w+)\{(.*)\}$/gm)].map(([, name = "", rule = ""]) => [
          name,
          rule.replaceAll("!important", ""),
        ]),
      );
      const light = new Map(
        [...html.matchAll(/class="(\w+)" style="([^"]*)"/g)].map(([, name = "", rule = ""]) => [name, rule] as const),
      );
      const colour = (rules: Map<string, string>, name: string, property: string) =>
        new RegExp(`(?:^|;)${property}:(#\\w{6})`).exec(rules.get(name) ?? "")?.[1] as Color;
      const pairs = [
        ["ink", "card"],
        ["muted", "card"],
        ["muted", "page"],
        ["button", "button"],
      ] as const;
      const inverted = (color: Color): Color =>
        `#${(0xffffff - Number.parseInt(color.slice(1), 16)).toString(16).padStart(6, "0")}`;
      const low = [light, dark].flatMap((rules) =>
        pairs.flatMap(([text, surface]) => {
          const [ink, ground] = [colour(rules, text, "color"), colour(rules, surface, "background")];
          // Mail programs invert the light theme only if they do not support the dark theme.
          const isInverted = rules === light;
          const ratios = [contrast(ink, ground), ...(isInverted ? [contrast(inverted(ink), inverted(ground))] : [])];
          return ratios.filter((ratio) => !(ratio >= 4.5));
        }),
      );
      expect(low).toEqual([]);
    },
  );
});
