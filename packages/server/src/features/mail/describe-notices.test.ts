import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeFacts, type Fact } from "./describe-notices.ts";
import { renderMail } from "./template.ts";
import { german } from "./texts/de.ts";
import { english } from "./texts/en.ts";

const publicUrl = "https://files.example.com";
const BY = "maria@example.org";
/** A marker in each text that another person wrote, by which the test finds such texts in a mail. */
const FOREIGN = "zqxforeignzqx";

const anyText = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 300 }),
  fc.constantFrom(
    "\r\nBcc: all@example.com",
    "\u202egpj.exe",
    "<b>https://evil.example/</b>",
    "חוזה",
    "合同",
    "👩‍👩‍👧",
  ),
);
const foreign = fc.option(
  anyText.map((text) => FOREIGN + text),
  { nil: undefined },
);
const own = fc.option(anyText, { nil: undefined });
const by = fc.constantFrom(undefined, BY);
const link = fc.record({ label: own, note: foreign });
const thing = fc.constantFrom("note" as const, "file" as const);
const many = fc.integer({ min: 1, max: 200 });
const fact: fc.Arbitrary<Fact> = fc.oneof(
  fc.record({ about: fc.constant("shared" as const), by, thing, name: foreign, count: fc.constant(1) }),
  fc.record({ about: fc.constant("ends" as const), thing, name: foreign, end: fc.constant("1 May 2030") }),
  fc.record({ about: fc.constantFrom("opened" as const, "received" as const), link, count: many }),
  fc.record({ about: fc.constantFrom("downloaded" as const, "viewed" as const), by, link, count: many, files: many }),
  fc.record({ about: fc.constant("asked" as const), by, name: foreign }),
);

const factsOf = (fact: Fact) => describeFacts([fact], { words: english, subject: "News" });

describe("the sentences of a mail about events", () => {
  it("requirement 43: the subject of a mail contains no text of another person", () => {
    const facts = fc.array(fact, { minLength: 1, maxLength: 20 }) as fc.Arbitrary<[Fact, ...Fact[]]>;
    fc.assert(
      fc.property(facts, fc.constantFrom(english, german), (facts, words) => {
        const { subject, lines } = describeFacts(facts, { words, subject: words.notices.subjects.links });
        const text = { subject, intro: lines, outro: [], reason: words.reasons.topic("files.example.com") };
        const mail = renderMail(text, { words, publicUrl });
        expect(mail.subject).not.toContain(FOREIGN);
        expect(mail.subject).not.toMatch(/[\p{Cc}\u200b\u2028-\u202e\u2066-\u2069]/u);
        expect(mail.subject.length).toBeLessThanOrEqual(200);
        expect(mail.html).not.toMatch(/<b>|[^\x20-\x7e\n]*[\u202a-\u202e]/);
        expect(mail.text).not.toMatch(/https?:\/\/evil|^Bcc/m);
      }),
      { numRuns: 500 },
    );
  });

  it.each<[Fact, string, string]>([
    [
      { about: "downloaded", by: BY, link: { label: "Contract" }, count: 2, files: 3 },
      "maria@example.org downloaded 3 files from your link “Contract”",
      "maria@example.org downloaded 3 files from your link “Contract”.",
    ],
    [
      { about: "downloaded", by: undefined, link: { note: "Tax" }, count: 1, files: 1 },
      "Somebody downloaded a file from one of your links",
      "Somebody downloaded a file from a link of your note “Tax”.",
    ],
    [
      { about: "shared", by: BY, thing: "file", name: "plan.pdf", count: 1 },
      "maria@example.org shared a file with you",
      "maria@example.org shared the file “plan.pdf” with you.",
    ],
    [
      { about: "shared", by: undefined, thing: "note", name: undefined, count: 2 },
      "Somebody shared 2 notes with you",
      "Somebody shared 2 notes with you.",
    ],
    [
      { about: "received", link: { label: "Passports" }, count: 2 },
      "You received 2 files through your file request “Passports”",
      "You received 2 files through your file request “Passports”.",
    ],
  ])("the mail about an event says who did what (%o)", (fact, subject, line) => {
    const described = factsOf(fact);
    expect(described.subject).toBe(subject);
    expect(described.lines.map((text) => text.replace(/[\u200b\u2068\u2069]/g, ""))).toEqual([line]);
  });

  it("a mail about 30 events has twelve sentences and the number of the other events", () => {
    const fact: Fact = { about: "asked", by: BY, name: "Tax" };
    const { subject, lines } = describeFacts(Array<Fact>(30).fill(fact), {
      words: german,
      subject: "Neues",
    });
    expect([subject, lines.length, lines.at(-1)]).toEqual(["Neues", 13, "Und 18 weitere."]);
  });

  it("a mail program can't make a link from the title of another person's note", () => {
    const [line] = factsOf({
      about: "shared",
      by: BY,
      thing: "note",
      name: "see www.evil.example or a@evil.example",
      count: 1,
    }).lines;
    expect(line).not.toMatch(/evil\.example|a@evil/);
  });
});
