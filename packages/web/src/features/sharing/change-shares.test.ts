import { describe, expect, it } from "vitest";
import { stubPage } from "../../testing/stub-page.ts";

stubPage();
const { isEmail, isSameEmail, splitEmails } = await import("./change-shares.ts");

describe("splitEmails", () => {
  it.each([
    ["ann@example.com", ["ann@example.com"]],
    ["ann@example.com, ben@example.com;cy@example.com dee@example.com", ["ann", "ben", "cy", "dee"]],
    ["ann@example.com\nben@example.com", ["ann", "ben"]],
    ["Ann Lee <ann@example.com>, Ben <ben@example.com>", ["ann", "ben"]],
    ["Ann Lee <ann@example.com>, ben@example.com", ["ann", "ben"]],
    ["  ", []],
  ])("the share dialog finds the email addresses in %j", (text, names) => {
    expect(splitEmails(text).map((email) => email.replace("@example.com", ""))).toEqual(
      names.map((name) => name.replace("@example.com", "")),
    );
  });
});

describe("isEmail", () => {
  it.each(["ann@example.com", "a.b+c@sub.example.org", "ä@exämple.de"])(
    "the share dialog accepts the email address %s",
    (text) => {
      expect(isEmail(text)).toBe(true);
    },
  );

  it.each(["", "ann", "ann@", "@example.com", "ann@example", "a b@example.com", `${"a".repeat(250)}@b.example`])(
    "the share dialog refuses the email address %j",
    (text) => {
      expect(isEmail(text)).toBe(false);
    },
  );
});

it("the share dialog compares email addresses without case", () => {
  expect(isSameEmail("Ann@Example.com", "ann@example.COM")).toBe(true);
  expect(isSameEmail("ann@example.com", "ben@example.com")).toBe(false);
});
