import { describe, expect, it } from "vitest";
import { isEmail, isSameEmail, splitEmails } from "./email-field.tsx";

describe("splitEmails", () => {
  it.each([
    ["ann@example.com", ["ann@example.com"]],
    ["ann@example.com, ben@example.com;cy@example.com dee@example.com", ["ann", "ben", "cy", "dee"]],
    ["ann@example.com\nben@example.com", ["ann", "ben"]],
    ["Ann Lee <ann@example.com>, Ben <ben@example.com>", ["ann", "ben"]],
    ["Ann Lee <ann@example.com>, ben@example.com", ["ann", "ben"]],
    ["  ", []],
  ])("the email field finds the email addresses in the text %j", (text, names) => {
    expect(splitEmails(text).map((email) => email.replace("@example.com", ""))).toEqual(
      names.map((name) => name.replace("@example.com", "")),
    );
  });
});

describe("isEmail", () => {
  it.each(["ann@example.com", "a.b+c@sub.example.org", "ä@exämple.de"])(
    "the email field accepts the email address %s",
    (text) => {
      expect(isEmail(text)).toBe(true);
    },
  );

  it.each(["", "ann", "ann@", "@example.com", "ann@example", "a b@example.com", `${"a".repeat(250)}@b.example`])(
    "the email field refuses the text %j",
    (text) => {
      expect(isEmail(text)).toBe(false);
    },
  );
});

it("the email field ignores upper and lower case when it compares email addresses", () => {
  expect(isSameEmail("Ann@Example.com", "ann@example.COM")).toBe(true);
  expect(isSameEmail("ann@example.com", "ben@example.com")).toBe(false);
});
