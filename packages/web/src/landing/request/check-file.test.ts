import { describe, expect, it } from "vitest";
import { texts } from "../texts/en.ts";
import { problemOf } from "./request-state.ts";

const words = texts.request;
const accept = ["application/pdf", "image/*"];

describe("the check of a chosen file", () => {
  it.each([
    ["application/pdf", undefined],
    ["image/webp", undefined],
    ["", undefined],
    ["imagery/x", words.wrongKind(accept)],
    ["application/pdf2", words.wrongKind(accept)],
    ["text/html", words.wrongKind(accept)],
  ])("the page of a file request checks the type of a chosen file (%j)", (type, problem) => {
    expect(problemOf({ size: 1, type }, { accept, maxBytes: 10 })).toBe(problem);
  });

  it("the page of a file request refuses a file that is one byte too large", () => {
    const limits = { accept: [], maxBytes: 10 };
    expect(problemOf({ size: 10, type: "text/html" }, limits)).toBeUndefined();
    expect(problemOf({ size: 11, type: "text/html" }, limits)).toBe(words.tooLarge(10));
  });
});
