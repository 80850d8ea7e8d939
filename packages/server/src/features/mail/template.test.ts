import { describe, expect, it } from "vitest";
import { renderMail } from "./template.ts";

const url = "https://files.example.com/new-password#token";
const HOSTILE = `<img src="https://evil.example/x.png" onerror=alert(1)>\r\nBcc: all@example.com\u202e'&amp;`;

const render = (text: string) =>
  renderMail({ language: "en", subject: text, intro: [text], button: { label: text, url }, outro: [text] });

describe("a mail", () => {
  it("a mail says the same in text and HTML", () => {
    const { text, html } = renderMail({
      language: "de",
      subject: "S",
      intro: ["Before"],
      facts: [{ label: "Time", value: "<now>\nBcc" }],
      button: { label: "Open", url },
      outro: ["After"],
    });
    expect(html).toContain('<html lang="de">');
    expect(html).toContain(">&lt;now&gt; Bcc<");
    expect(text).toBe(`Before\n\nTime: <now> Bcc\n\nOpen:\n${url}\n\nAfter\n\n-- \nValet Key\n`);
    expect(html).toContain(`<a href="${url}"`);
    for (const part of ["Before", "Open", "After"]) expect(html).toContain(`>${part}<`);
  });

  it("requirement 43: a mail shows hostile texts as text", () => {
    const { html } = render(HOSTILE);
    expect(html).not.toContain("<img");
    expect(html).toContain("&lt;img src=&quot;https://evil.example/x.png&quot; onerror=alert(1)&gt;");
    expect(html).toContain("&#39;&amp;amp;");
  });

  it("a mail loads nothing, and links to one URL", () => {
    const { html } = render(HOSTILE);
    expect([...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, target]) => target)).toEqual([url]);
    expect(html).not.toMatch(/<(?:script|link|iframe|form|object)|url\(|@import/i);
  });

  it("a mail has a subject of one line of at most 200 characters", () => {
    expect(render(HOSTILE).subject).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(render("long ".repeat(100)).subject).toHaveLength(200);
    expect(render("🙂".repeat(200)).subject.isWellFormed()).toBe(true);
  });
});
