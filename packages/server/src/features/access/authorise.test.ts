import { describe, expect, it } from "vitest";
import { roleOf } from "./authorise.ts";

describe("the role of a caller", () => {
  it("a caller without grants has the role that the database returns", () => {
    expect(roleOf({ userId: "ann" }, { noteId: "n", role: "editor" })).toBe("editor");
    expect(roleOf({ userId: "ann" }, { noteId: "n", role: undefined })).toBeUndefined();
  });

  it("requirement 38: a caller with grants has only the granted role", () => {
    const caller = { userId: "application:ann", grants: new Map([["n", "viewer" as const]]) };
    expect(roleOf(caller, { noteId: "n", role: "owner" })).toBe("viewer");
    expect(roleOf(caller, { noteId: "other", role: "owner" })).toBeUndefined();
    expect(roleOf({ ...caller, grants: new Map() }, { noteId: "n", role: "owner" })).toBeUndefined();
  });
});
