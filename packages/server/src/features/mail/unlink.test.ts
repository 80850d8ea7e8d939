import fc from "fast-check";
import { expect, it } from "vitest";
import { unlink } from "./template.ts";

it.each([
  ["https://evil.example/a?b=c", "https: //evil. example/a?b=c"],
  ["HTTPS://EVIL.EXAMPLE", "HTTPS: //EVIL. EXAMPLE"],
  ["www.evil.example", "www. evil. example"],
  ["see evil.co/x", "see evil. co/x"],
  ["mailto:a@evil.example", "mailto: a @ evil. example"],
  ["http://10.0.0.1/x", "http: //10. 0. 0. 1/x"],
  ["xn--80ak6aa92e.com", "xn--80ak6aa92e. com"],
  ["例え。テスト", "例え。 テスト"],
  ["उदाहरण.नेट", "उदाहरण. नेट"],
  ["evil\u2024example", "evil\u2024 example"],
  ["evil\uFE52example", "evil\uFE52 example"],
  ["10\u30020\uFF0E0\uFF611", "10\u3002 0\uFF0E 0\uFF61 1"],
  ["evil.c\u200do\u200cm", "evil. com"],
  ["evil\u2060.\uFEFFco", "evil. co"],
  ["ht\u200btps\u200d://evil.\u2060example", "https: //evil. example"],
  ["пример.р\u200dф", "пример. р\u200dф"],
])("a mail shows the text %s without a link", (text, expected) => {
  expect(unlink(text)).toBe(expected);
});

it.each([
  "At 10:30, room 3.5.",
  "z.B. morgen",
  "Note: page 3",
  "Yes. No.",
  "30.11.2026",
  "a & b",
  "👩\u200d💻",
  "می\u200cخواهم",
])("a mail shows the text %s unchanged", (text) => {
  expect(unlink(text)).toBe(text);
});

it("a mail never contains a URL, domain or email address from another person's text", () => {
  const part = fc.constantFrom(
    "http",
    "https",
    ":",
    "//",
    "/",
    "www",
    ".",
    "@",
    "evil",
    "example",
    "com",
    "1",
    " ",
    "-",
    "mailto",
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
      const text = unlink(parts.join(""));
      expect(text).not.toMatch(/[a-z]:\/|\S@\S|\.[a-z]{2}|mailto:\S/i);
    }),
  );
});
