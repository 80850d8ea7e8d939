import { describe, expect, it } from "vitest";
import { roleOf } from "./authorise.ts";

describe("the role of a caller", () => {
  it("without grants, the role of a caller is the role in the database", () => {
    expect(roleOf({ userId: "ann" }, { noteId: "n", role: "editor" })).toBe("editor");
    expect(roleOf({ userId: "ann" }, { noteId: "n", role: undefined })).toBeUndefined();
  });

  it("requirement 38: with grants, the role of a caller is only the role that the application grants", () => {
    const caller = { userId: "application:ann", grants: new Map([["n", "viewer" as const]]) };
    expect(roleOf(caller, { noteId: "n", role: "owner" })).toBe("viewer");
    expect(roleOf(caller, { noteId: "other", role: "owner" })).toBeUndefined();
    expect(roleOf({ ...caller, grants: new Map() }, { noteId: "n", role: "owner" })).toBeUndefined();
  });
});
